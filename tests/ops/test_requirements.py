"""The lock holds everything the lists ask for, exactly, and tells of no machine."""

import re

import pytest

from ops.paths import HOUSE

FOLDER = HOUSE.root / "requirements"
PIN = re.compile(r"[a-z0-9][a-z0-9.-]*(?:\[[a-z0-9,-]+\])?==[0-9][\w.+!]*(?: ; .+)?")


def lines(name):
    text = (FOLDER / name).read_text()
    found = [line.strip() for line in text.splitlines()]
    return [line for line in found if line and not line.startswith("#")]


def normal(name):
    return re.sub(r"[-_.]+", "-", re.split(r"[\s;=<>\[!~]", name)[0]).lower()


def test_every_line_is_an_exact_version():
    locked = lines("lock.txt")
    assert len(locked) > 50
    assert [line for line in locked if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("name", ["odoo.in", "till.in", "dev.in"])
def test_what_is_asked_for_is_locked(name):
    locked = {normal(line) for line in lines("lock.txt")}
    asked = {normal(line) for line in lines(name)}
    assert asked
    assert asked - locked == set()


@pytest.mark.parametrize("folder", ["core", "till_proxy"])
def test_what_our_distributions_need_is_locked(folder):
    text = (HOUSE.root / folder / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.*?)\]\s*$", text, re.DOTALL | re.MULTILINE)[1]
    asked = re.findall(r"[\"']([^\"';]+)[^\"']*(?:;[^\"]*)?[\"']", block)
    needed = {normal(a) for a in re.findall(r"\"([a-zA-Z][^\"]*)\"", block)}
    assert asked and needed
    optional = {"escarcelle-core", "tzdata"}
    assert needed - {normal(line) for line in lines("lock.txt")} - optional == set()
