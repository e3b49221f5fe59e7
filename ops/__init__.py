"""What the launcher calls: provisioning, running, testing, saving the house.

Everything here that runs before ``var/venv`` exists uses the standard library only.
"""
