from . import archive, session
