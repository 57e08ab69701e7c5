"""What ``memsyncd doctor`` knows: whether this machine lets memsyncd work, and what to do where it does not.

    gather ─▶ facts ─▶ examine ─▶ checks ─▶ the command prints them

- ``gather``, ``gather_logs``, ``gather_service``: look at each thing once; what keeps them from it is a fact too.
- ``facts``: what was found, as records.
- ``checks``: pure functions, a module for each area, from facts to checks.

Nothing is repaired, nothing is sent anywhere, and nothing is written but two empty files, gone at once, in the
state folder. How memory itself stands is the business of ``sync.health`` and ``memsyncd status``.
"""
