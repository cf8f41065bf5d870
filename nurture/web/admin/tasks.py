"""What people have to do: the list, and one task with its forms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nurture.db.timeline import Place
from nurture.domain import task_words
from nurture.domain.glossary import word
from nurture.domain.task_actions import ACTIONS
from nurture.errors import NotFoundError, NurtureError
from nurture.services.runtime import Runtime
from nurture.services.task_actions import Acted, AnswersError, NotOfferedError, act
from nurture.services.task_lists import PAGE, task_page
from nurture.services.task_pages import sheet_of_task, team
from nurture.services.task_portraits import Portrait
from nurture.web.admin.contacts import name_of, number, place_of
from nurture.web.languages import language, translate
from nurture.web.task_forms import answers_said, buttons, form_of

_STATES = ("open", "done", "cancelled")
#: larger numbers are no ids
_LARGEST = 2**62


def make_tasks(runtime: Runtime) -> Blueprint:
    """Return the pages about tasks."""
    pages = Blueprint("tasks", "nurture.web", template_folder="templates", url_prefix="/tasks")

    @pages.get("/")
    def index() -> str:
        state = request.args.get("state", "open")
        state = state if state in _STATES else "open"
        member, kind = number("member"), request.args.get("kind", "")[:32]
        place = place_of(request.args.get("after", ""))
        after = (place.at, place.id) if place is not None else None
        found = task_page(runtime, language(), state, member, kind, after, PAGE)
        more = Place(found.more[0], found.more[0], 0, found.more[1]) if found.more else None
        return render_template(
            "team/tasks.html",
            page=found,
            state=state,
            states=_STATES,
            member=member,
            kind=kind,
            more=name_of(more) if more is not None else None,
        )

    @pages.get("/<int:task_id>")
    def show(task_id: int) -> str:
        chosen = request.args.get("do", "")
        return _task(runtime, task_id, chosen)

    @pages.post("/<int:task_id>")
    def record(task_id: int) -> Response | tuple[str, int]:
        chosen = request.args.get("do", "")
        if chosen not in ACTIONS or task_id > _LARGEST:
            abort(404)
        answers = {name: request.form.get(name, "") for name in request.form}
        revision = answers.get("revision", "")
        by = answers.get("by", "")
        try:
            acted = act(
                runtime,
                task_id,
                chosen,
                answers,
                by,
                "team",
                revision=int(revision) if revision.isdecimal() and len(revision) < 6 else None,
                further=bool(answers.get("further")),
            )
        except AnswersError as error:
            return _task(runtime, task_id, chosen, answers, error.faults), 422
        except NotFoundError:
            abort(404)
        except NotOfferedError:
            flash(translate("Things have changed meanwhile; nothing was recorded."), "error")
        except NurtureError as error:
            flash(str(error), "error")
        else:
            if acted.status == "differs" and acted.adds:
                return _task(runtime, task_id, chosen, answers, None, acted), 409
            what = word(task_words.ACTIONS, acted.action, language())
            said = {
                "recorded": translate("Recorded: %(what)s"),
                "already": translate("Recorded already: %(what)s"),
                "differs": translate(
                    "Recorded meanwhile: %(what)s. What you sent was not recorded."
                ),
                "closed": translate("This task is closed already: %(what)s"),
            }[acted.status]
            flash(said % {"what": what or "—"}, "done" if acted.status == "recorded" else "error")
        return redirect(url_for("tasks.show", task_id=task_id), 303)

    return pages


def _task(
    runtime: Runtime,
    task_id: int,
    chosen: str,
    answers: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    differs: Acted | None = None,
) -> str:
    if task_id > _LARGEST:
        abort(404)
    sheet = sheet_of_task(runtime, task_id, language())
    portrait = sheet.portrait
    if portrait is None:
        abort(404)
    values: dict[str, Any] = {"form": None}
    further = differs is not None or bool(answers and answers.get("further"))
    if (portrait.is_open or further) and chosen in portrait.offers:
        revision = differs.revision if differs is not None else None
        values["form"] = form_of(portrait, chosen, answers, faults, revision, further)
    if differs is not None:
        values["differs"] = {
            "what": word(task_words.ACTIONS, differs.action, language()),
            "at": differs.at,
            "by": differs.by,
            "before": answers_said(differs.action, differs.said),
        }
    return render_template(
        "team/task.html",
        task=sheet.values,
        portrait=portrait,
        holder=sheet.holder,
        by=(answers or {}).get("by") or sheet.member,
        members=team(runtime),
        buttons=buttons(portrait),
        chosen=chosen,
        recorded=_recorded(portrait),
        **values,
    )


def _recorded(portrait: Portrait) -> list[dict[str, Any]]:
    """Return what was recorded with a task, newest first, in words."""
    return [
        {"what": word(task_words.ACTIONS, one.action, language()), "at": one.at, "by": one.by}
        for one in reversed(portrait.done)
    ]
