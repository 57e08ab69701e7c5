"""memsyncd as a service of its user: what systemd and launchd are given, and how it gets there.

- ``program``: what is started, and with which environment.
- ``systemd``, ``launchd``: the text of the files, and the commands for each thing to do. Pure.
- ``model``: the records between those and the rest.
- ``seal``: whether a person changed a file that was written here.
- ``install``: a plan of files and commands, and its carrying out.
- ``managers``: the one for this machine.

How the managers are asked and what they answer is known to ``adapters/service_manager``.
"""
