from . import dossier, texts
