from __future__ import annotations

from collections import defaultdict

from memsyncd.core.digest.cjk import ALWAYS_CUED, cjk_words, is_cjk

OTHER = defaultdict(str, {"MySQL": "mysql"})


def test_only_chinese_and_japanese_text_is_taken():
    assert is_cjk("数据库")
    assert is_cjk("カレー")
    assert not is_cjk("데이터베이스")
    assert not is_cjk("größer")
    assert not is_cjk("plain")


def test_chinese_runs_are_cut_at_function_words():
    words = cjk_words("我们的数据库在服务器", OTHER)
    assert {"数据库", "服务器", "数据"} <= words
    assert not any("的" in word or "我们" in word for word in words)


def test_japanese_words_are_runs_of_kanji_and_katakana():
    words = cjk_words("京都駅の近くのホテルを予約してください", OTHER)
    assert {"京都駅", "ホテル", "予約"} <= words
    assert not any("ください" in word for word in words)


def test_two_japanese_words_joined_by_no_are_a_word_too():
    assert "祇園の旅館" in cjk_words("祇園の旅館にします", OTHER)


def test_words_of_other_scripts_are_looked_up():
    assert "mysql" in cjk_words("从MySQL迁移", OTHER)


def test_such_text_is_always_searched_for_decisions():
    assert ALWAYS_CUED in cjk_words("数据库", OTHER)


def test_placeholders_leave_no_word():
    seen = []

    class Recorder(dict):
        def __missing__(self, token):
            seen.append(token)
            return token

    cjk_words("密钥是[REDACTED-OPENAI-KEY:3f9c1a]好的", Recorder())
    assert seen == []
