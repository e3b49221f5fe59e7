"""A restored database is told who was erased since its backup: by the file, and by its neighbours."""

from ops.saving import erased
from ops.world import World

OLD, NEW, OTHER = ("a" * 64, "b" * 64, "c" * 64)


def write(directory, name, *tokens):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text("".join(f"{token}\n" for token in tokens))


def test_what_this_machine_knows_is_brought(tmp_path, monkeypatch):
    class House:
        var = tmp_path / "var"

    monkeypatch.setattr(erased, "HOUSE", House)
    shop = World("boutique", House.var / "worlds" / "boutique")
    target = World("boutique_restauree", House.var / "worlds" / "boutique_restauree")
    write(tmp_path / "work", "f00.list", OLD)
    write(shop.erased, "f00.list", OLD, NEW)
    write(shop.erased, "aa1.list", OTHER)
    erased.bring(tmp_path / "work", target)
    assert (target.erased / "f00.list").read_text().split() == [OLD, NEW]
    assert (target.erased / "aa1.list").read_text().split() == [OTHER]
    assert (target.erased / "f00.list").stat().st_mode & 0o077 == 0
    erased.bring(tmp_path / "work", target)
    assert (target.erased / "f00.list").read_text().split() == [OLD, NEW]
    assert [path.name for path in sorted(target.erased.iterdir())] == ["aa1.list", "f00.list"]


def test_without_any_list_nothing_is_made(tmp_path, monkeypatch):
    class House:
        var = tmp_path / "var"

    monkeypatch.setattr(erased, "HOUSE", House)
    target = World("boutique", House.var / "worlds" / "boutique")
    erased.bring(tmp_path / "work", target)
    assert not target.erased.exists()
