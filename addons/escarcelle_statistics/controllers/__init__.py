from . import download, network
