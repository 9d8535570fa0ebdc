"""The feedback page and the push worker."""

from __future__ import annotations


def test_nobody_leaves_feedback_without_signing_in(app, app_world):
    answer = app.test_client().get("/feedback")

    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_an_empty_remark_is_asked_for_again(sign_in):
    answer = sign_in("grid_worker").post("/feedback", data={"text": " ", "page": "/"})

    assert answer.status_code == 422
    assert "请写" in answer.get_data(as_text=True)


def test_a_remark_reaches_the_system_administrator_without_its_author(sign_in):
    sign_in("grid_worker").post("/feedback", data={"text": "<b>按钮太小</b>", "page": "/report"})

    page = sign_in("sysadmin").get("/feedback/list").get_data(as_text=True)

    assert "&lt;b&gt;按钮太小" in page
    assert "grid_worker" not in page


def test_others_do_not_read_the_remarks(sign_in):
    assert sign_in("county_lead").get("/feedback/list").status_code == 403


def test_the_push_worker_lies_at_the_root_and_is_asked_for_anew(app, app_world):
    with app.test_client().get("/push-sw.js") as answer:
        script = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert "showNotification" in script
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "javascript" in answer.headers["Content-Type"]


def test_a_null_byte_in_a_remark_or_its_page_loses_nothing_else(sign_in):
    answer = sign_in("grid_worker").post("/feedback", data={"text": "字\x00太小", "page": "/re\x00port"})

    page = sign_in("sysadmin").get("/feedback/list").get_data(as_text=True)
    assert answer.status_code == 302
    assert "字太小" in page
    assert "/report" in page
