"""Other people's verifiers of XML signatures: the library and the command."""

import subprocess
from pathlib import Path

import xmlsec
from lxml import etree


def xmlsec_accepts(document: bytes, pem: str) -> bool:
    """python-xmlsec, with the certificate as its only trust."""
    root = etree.fromstring(document)
    node = xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem.encode(), xmlsec.constants.KeyDataFormatCertPem)
    try:
        context.verify(node)
    except xmlsec.Error:
        return False
    return True


def xmlsec1(document: bytes, pem: str, folder: Path) -> subprocess.CompletedProcess:
    """What an inspector would type."""
    (folder / "certificat.pem").write_text(pem)
    (folder / "document.xml").write_bytes(document)
    return subprocess.run(
        ["xmlsec1", "--verify", "--trusted-pem", "certificat.pem", "document.xml"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
