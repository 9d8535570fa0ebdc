"""Errors as people meet them: a sentence each, the typed content kept, the API in problem+json."""

from __future__ import annotations

import io

import pytest

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires
from grid_app.policy import Action
from tests.compiled_once import with_address
from tests.web.forms import FreshClient, fields_of


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def raising(app):
    """Give a function that hangs a page on the application which raises what it is given."""

    def add(error: Exception, path: str = "/raise") -> None:
        @requires(Action.PUBLIC)
        def view() -> str:
            raise error

        with_address(app, path, "sign_in.raise", view)

    return add


def test_an_unknown_address_is_a_page_with_the_navigation(app, sign_in):
    app.test_client_class = FreshClient
    answer = sign_in("county_lead").get("/no/such/page")

    assert answer.status_code == 404
    assert "没有这个页面" in page_of(answer)
    assert "county_lead甲" in page_of(answer)


def test_an_unknown_address_of_the_api_is_a_problem(app, app_world):
    answer = app.test_client().get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == "http_404"


def test_a_wrong_method_is_a_sentence(app, app_world):
    answer = app.test_client().delete("/sign-in")

    assert answer.status_code == 405
    assert "不支持" in page_of(answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("没有这件事。"), 404),
        (ConflictError("别人已经办结了。"), 409),
        (InvalidError("要改一下。", fields={"summary": "请写一句话。"}), 422),
    ],
)
def test_a_refusal_is_its_sentence(app, app_world, raising, error, status):
    raising(error)

    answer = app.test_client().get("/raise")

    assert answer.status_code == status
    assert error.sentence in page_of(answer)
    assert all(text in page_of(answer) for text in getattr(error, "fields", {}).values())


def test_a_fault_of_ours_is_a_sentence_without_its_inner_words(app, app_world, raising):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    raising(RuntimeError("inner words"))

    answer = app.test_client().get("/raise")

    assert answer.status_code == 500
    assert "系统出了点问题" in page_of(answer)
    assert "inner words" not in page_of(answer)


def test_a_body_of_megabytes_is_refused_with_a_sentence(app, app_world):
    app.config.update(MAX_CONTENT_LENGTH=1000)

    answer = app.test_client().post("/sign-in", data={"login": "x" * 2000, "password": "x"})

    assert answer.status_code == 413
    assert "内容太大" in page_of(answer)


def test_the_names_of_files_that_cannot_be_carried_are_told(app, app_world):
    data = {"login": "x", "photo": (io.BytesIO(b"x"), "照片.jpg")}

    answer = app.test_client().post("/accounts/new", data=data, content_type="multipart/form-data")

    assert answer.status_code == 401
    assert "照片.jpg" in page_of(answer)
    assert fields_of(page_of(answer), "/sign-in")["carried_value"] == ["x"]


def test_a_stale_sign_in_page_is_shown_afresh_and_repeats_no_password(app, app_world):
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = FreshClient
    client = app.test_client()

    answer = client.post("/sign-in", data={"login": "auditor", "password": "Secret-Word-1"}, follow_redirects=True)

    assert "请再填一次" in page_of(answer)
    assert "Secret-Word-1" not in page_of(answer)
    assert fields_of(page_of(answer), "/sign-in")["carried_to"] == [""]


def test_passwords_are_not_carried_through_signing_in_again(app, app_world):
    form = {"current": "Secret-Word-1", "new": "Secret-Word-2", "again": "Secret-Word-2"}

    answer = app.test_client().post("/password", data=form)

    assert answer.status_code == 401
    assert "Secret-Word" not in page_of(answer)


def test_a_form_beyond_all_measure_stays_in_the_browser(app, app_world):
    answer = app.test_client().post("/role", data={"assignment": "x"})
    huge = app.test_client().post("/accounts/new", data={"login": "x" * (2 * 1024 * 1024 + 1)})

    assert answer.status_code == huge.status_code == 401
    assert "后退" in page_of(huge)
    assert "xxxx" not in page_of(huge)
