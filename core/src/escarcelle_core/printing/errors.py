"""What can be wrong with a template, a print command or a document to print."""

from ..errors import EscarcelleError


class PrintingError(EscarcelleError):
    """A document cannot be turned into paper."""

    code = "printing"


class TemplateError(PrintingError):
    """A template is wrong. ``template`` is its name, ``line`` its line or None when unknown."""

    code = "template"

    def __init__(self, template: str, line: int | None, problem: str):
        self.template = template
        self.line = line
        self.problem = problem
        where = f"modèle « {template} »" + (f", ligne {line}" if line else "")
        super().__init__(f"{where[0].upper()}{where[1:]} : {problem}")


class ProfileError(PrintingError):
    """A printer profile does not exist or contradicts itself."""

    code = "profile"
