"""The type of a household, from the relations of its people."""

from collections.abc import Collection


def shape(relations: Collection[str]) -> str:
    """``single``, ``lone_parent``, ``couple``, ``family`` or ``other``, from member relations.

    A household whose members nobody typed in is one person. Parents and others make it an ``other``
    household: it is neither a couple nor a lone parent.
    """
    if any(relation in ("parent", "other") for relation in relations):
        return "other" if len(relations) > 1 else "single"
    children = "child" in relations
    if "partner" in relations:
        return "family" if children else "couple"
    if not children:
        return "single"
    return "lone_parent" if "holder" in relations or len(relations) > 1 else "single"
