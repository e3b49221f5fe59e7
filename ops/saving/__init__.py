"""``backup`` and ``restore``: database with its owners, filestore, fiscal keys, in one sealed file."""
