"""One mail written to be looked at: its parts, its size, its links, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from nurture.domain.addressee import addressee, person_of
from nurture.domain.definitions import Definitions
from nurture.emails.compile import CompiledTemplate
from nurture.emails.demonstration import DemonstrationLinks
from nurture.emails.errors import HeaderError, RenderError
from nurture.emails.marking import marking_part, reveal_html, reveal_text
from nurture.emails.mime import MailHeaders, build
from nurture.emails.outline import Outline, outline
from nurture.emails.pictures import InlinePicture, pictures_shown, with_pictures
from nurture.emails.render import Rendered, render, subject_part
from nurture.emails.values import ValueProblemError
from nurture.errors import DefinitionError, NurtureError, Problem
from nurture.language import say
from nurture.services.acquaintance import Known
from nurture.services.compose import headers_of, mail_values
from nurture.services.drafting import Draft, draft
from nurture.services.enclosures import enclosed, find_files
from nurture.services.gallery import sample_values
from nurture.services.releases import LiveRelease
from nurture.services.result_mail import result_mail, sample_result_mail
from nurture.services.runtime import Runtime
from nurture.services.seminar_mail import Concern

#: values that come from what happened; where nothing did, samples stand in
_SAMPLED = ("seminar", "item", "reward", "refer", "ask", "referral", "survey", "result")


@dataclass(frozen=True, slots=True)
class Asked:
    """A mail and its reader, as the sending code wants them."""

    message: Row[Any]
    person: Row[Any]
    known: Known
    #: keys of library items that the reader has
    got: Collection[str]
    concern: Concern | None
    definitions: Definitions
    now: datetime


@dataclass(frozen=True, slots=True)
class PreviewMail:
    """A mail as it would be sent, or why there is none."""

    template: str
    #: the language it is in, which a fall-back may have chosen; "" where there is no mail
    locale: str = ""
    #: the template's file
    path: str = ""
    subject: str = ""
    html: str = ""
    text: str = ""
    #: the whole mail, missing values marked in it
    data: bytes = b""
    #: octets of the HTML part
    size: int = 0
    outline: Outline = field(default_factory=Outline)
    #: (name, octets)
    attachments: tuple[tuple[str, int], ...] = ()
    #: names of missing values: with one of them it is not sent
    missing: tuple[str, ...] = ()
    #: why this reader does not get it, besides that
    why_not: str = ""
    #: why it cannot be shown at all; its template's own mistakes
    error: str = ""
    problems: tuple[Problem, ...] = ()
    headers: MailHeaders | None = None
    rendered: Rendered | None = None
    files: tuple[bytes, ...] = ()
    #: what its HTML shows besides
    pictures: tuple[InlinePicture, ...] = ()

    @property
    def page(self) -> str:
        """The HTML for a browser: its pictures written into it."""
        return with_pictures(self.html, self.pictures)

    @property
    def can_be_sent(self) -> bool:
        """Whether this reader would get it as far as its content decides."""
        return not (self.missing or self.why_not or self.error or self.problems)


def usable(definitions: Definitions) -> bool:
    """Say whether mails can be written by these definitions: somebody must send them."""
    return definitions.policy.default_sender in definitions.policy.senders


def write_preview(runtime: Runtime, release: LiveRelease, asked: Asked) -> PreviewMail:
    """Write a mail for its reader, missing values marked; never raises for what files say."""
    template = str(asked.message.template)
    if not usable(asked.definitions):
        return PreviewMail(template, error=say("workflows/policy.yaml has no sender to write as"))
    try:
        return _written(runtime, release, asked)
    except DefinitionError as error:
        return PreviewMail(template, problems=error.problems)
    except (RenderError, NurtureError, HeaderError, ValueProblemError) as error:
        return PreviewMail(template, error=getattr(error, "message", str(error)))


def _written(runtime: Runtime, release: LiveRelease, asked: Asked) -> PreviewMail:
    message, person, now = asked.message, asked.person, asked.now
    drafted = draft(runtime, release, message, person, now, asked.got, nameless=True)
    carried = drafted.carried
    compiled = drafted.templates.get(carried.template, drafted.wanted_locale)
    if message.subject_override is not None:
        own = subject_part(message.subject_override, compiled.locale, marking_part)
        compiled = replace(compiled, subject=own)
    values = _values(release, asked, drafted, compiled)
    told = result_mail(runtime, release, message, person, compiled, drafted.sender, now)
    told = told or sample_result_mail(release, message, compiled, drafted.sender, now)
    if told is not None:
        values["result"] = told.values
    links = DemonstrationLinks(runtime.keyring, runtime.public_url, 0, 0, tracked=False)
    rendered = render(compiled, values, links)
    html, in_html = reveal_html(rendered.html, values)
    text, in_text = reveal_text(rendered.text, values)
    subject, in_subject = reveal_text(rendered.subject, values)
    shown = Rendered(subject, text, [html], [text], compiled)
    pictures = pictures_shown(values, [html])
    policy = asked.definitions.policy
    headers = headers_of(
        runtime, message, person, drafted.sender, compiled.locale, links, now, policy
    )
    files = enclosed(runtime, release, message.attach, carried.item, compiled.locale)
    found = find_files(runtime, release, message.attach, carried.item, compiled.locale)
    names = [(path.rpartition("/")[2], len(file.content)) for path, file in found]
    if told is not None:
        files, names = [*files, *told.files], [*names, *told.names]
    nobody = addressee(person_of(drafted.contact), compiled.locale) is None
    return PreviewMail(
        template=carried.template,
        locale=compiled.locale,
        path=compiled.path,
        subject=subject,
        html=html,
        text=text,
        data=build(shown, headers, files, pictures),
        pictures=tuple(pictures),
        size=len(html.encode("utf-8", "replace")),
        outline=outline(html),
        attachments=tuple(names),
        missing=tuple(dict.fromkeys((*in_subject, *in_html, *in_text))),
        why_not=say("neither a name nor a company to address") if nobody else "",
        headers=headers,
        rendered=shown,
        files=tuple(files),
    )


def _values(
    release: LiveRelease, asked: Asked, drafted: Draft, compiled: CompiledTemplate
) -> dict[str, Any]:
    """Return what the mail reads; of what has not happened, samples."""
    message = asked.message
    values = mail_values(
        release,
        message,
        asked.person,
        drafted,
        compiled.locale,
        asked.now,
        asked.known,
        asked.concern,
    )
    samples = sample_values(asked.definitions, compiled.locale, asked.now)
    for name in _SAMPLED:
        if not values.get(name):
            values[name] = samples[name]
    seminar = values["seminar"]
    # What a correction's reader was told before.
    values["seminar"] = {**_was(seminar, samples["seminar"]), **_there(seminar)}
    values["trigger"] = {**samples["trigger"], **_there(values["trigger"])}
    return values


def _was(seminar: Mapping[str, Any], sample: Mapping[str, Any]) -> dict[str, Any]:
    gap = sample["starts"] - sample["was_starts"]
    starts, ends = seminar.get("starts"), seminar.get("ends")
    if starts is None or ends is None:
        return {}
    return {
        "was_starts": starts - gap,
        "was_ends": ends - gap,
        "was_place": seminar.get("place", ""),
    }


def _there(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
