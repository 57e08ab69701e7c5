"""The noise pipeline: which sessions, messages and answers belong in memory, and what was really said in them.

Pure functions over text, for the transcripts that OpenClaw stores. Each judges one thing alone; dropping a whole
turn because of its answer, and finding copies, is done where the turns are put together.
"""

from memsyncd.core.noise.assistant import Reply, clean_assistant
from memsyncd.core.noise.sessions import session_verdict
from memsyncd.core.noise.user import Cleaned, clean_user, first_user_verdict

__all__ = ["Cleaned", "Reply", "clean_assistant", "clean_user", "first_user_verdict", "session_verdict"]
