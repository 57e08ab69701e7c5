"""memsyncd turns the logs that AI agents leave behind into dated Markdown memory."""

__version__ = "0.1.0"
