"""What the files of a release may name in one another, and the checks of such names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nurture.compiler.fields import Catalogue
from nurture.compiler.names import ADDRESS
from nurture.compiler.nodes import MapNode, Node, quoted
from nurture.compiler.project_files import ProjectFiles
from nurture.compiler.report import Placed, Report
from nurture.compiler.scope import SegmentLookup
from nurture.domain.library import Library
from nurture.domain.policy import Policy, Sender, Window
from nurture.domain.referral_program import Program
from nurture.domain.workflow import Purpose
from nurture.language import Said, say

#: a template that a step sends lacks a language; the lint of templates says so of the template
TEMPLATE_LOCALE = "template-locale"

#: folders of templates that `nurture init --with loop` writes
_OF_THE_LOOP = frozenset({"nps", "referral", "referred", "referrer", "results"})


@dataclass(frozen=True, slots=True)
class References:
    """Names that exist; None where the file that says so could not be read.

    A name that cannot be looked up is let through: its file has its own problem already.
    """

    catalogue: Catalogue
    segment: SegmentLookup
    policy: Policy
    senders: frozenset[str] | None
    windows: Mapping[str, Window] | None
    templates: Mapping[str, frozenset[str]] | None
    workflows: frozenset[str] | None
    #: what can be picked, once it is read
    library: Library | None = None
    #: what can be attached; None: not looked up again
    files: ProjectFiles | None = None
    #: None: not looked up again
    surveys: frozenset[str] | None = None
    #: None: not looked up again
    programs: Mapping[str, Program] | None = None

    def check_sender(self, name: str, at: Placed, report: Report) -> None:
        """Report a sender that is neither `owner` nor in the policy."""
        if name != "owner" and self.senders is not None:
            _check(
                "sender",
                say("no sender {name}", name=quoted(name)),
                name,
                ("owner", *self.senders),
                at,
                report,
            )

    def check_assignee(self, name: str, at: Placed, report: Report) -> None:
        """Report who is neither `owner` nor a role of the policy's senders."""
        if self.senders is not None:
            check_role(name, self.policy.senders, at, report)

    def check_recipient(self, to: str, at: Placed, report: Report) -> None:
        """Report a recipient of notices that is no address, nor somebody `check_role` knows."""
        if "@" not in to:
            self.check_assignee(to, at, report)
        elif ADDRESS.matches(to):
            return
        else:
            message = say("{to} is not an e-mail address", to=quoted(to))
            report.error(at, "bad-value", message, say("write owner, a role or name@example.com"))

    def check_chat(self, name: str, at: Placed, report: Report) -> None:
        """Report a chat room that the policy does not name."""
        # Without senders the policy could not be trusted, its rooms neither.
        if self.senders is not None:
            _check(
                "chat room",
                say("no chat room {name}", name=quoted(name)),
                name,
                frozenset(self.policy.chats),
                at,
                report,
            )

    def check_endpoint(self, name: str, at: Placed, report: Report) -> None:
        """Report an endpoint that the policy does not name."""
        if self.senders is not None:
            _check(
                "endpoint",
                say("no endpoint {name}", name=quoted(name)),
                name,
                self.policy.webhooks,
                at,
                report,
            )

    def check_topic(self, name: str, at: Placed, report: Report) -> None:
        """Report a topic that the policy does not have."""
        if self.senders is not None:
            _check(
                "topic",
                say("no topic {name}", name=quoted(name)),
                name,
                self.policy.topics,
                at,
                report,
            )

    def check_window(self, name: str, at: Placed, report: Report) -> None:
        """Report a window that the calendar does not have."""
        if self.windows is not None:
            _check(
                "window", say("no window {name}", name=quoted(name)), name, self.windows, at, report
            )

    def check_languages(self, texts: Mapping[str, str], at: Node, report: Report) -> None:
        """Report subjects in languages that nobody is written to in, and those that lack.

        `texts`: locale → text, or "" → the one text for all.
        """
        locales = self.policy.locales
        if not texts or self.senders is None or (len(locales) < 2 and "" in texts):
            return
        if "" in texts:
            message = say("readers in every language get this one subject")
            example = ", ".join(f"{one}: …" for one in locales)
            hint = say("write it by language: {example}", example=f"{{{example}}}")
            report.warn(at, "one-subject", message, hint)
            return
        for locale in texts:
            if locale not in locales and isinstance(at, MapNode):
                message = say("nobody is written to in '{locale}'", locale=locale)
                hint = report.suggest(locale, locales)
                report.error(at.pairs[locale][0], "unknown-locale", message, hint)
        written = at.pairs if isinstance(at, MapNode) else texts
        lacking = [one for one in locales if one not in written]
        if lacking:
            message = say("no subject in {locales}", locales=[f"'{one}'" for one in lacking])
            hint = say("these readers get the template's own")
            report.warn(at, "missing-subject", message, hint)

    def check_workflow(self, name: str, at: Placed, report: Report) -> None:
        """Report a workflow that no file writes down."""
        if self.workflows is not None:
            _check(
                "workflow",
                say("no workflow {name}", name=quoted(name)),
                name,
                self.workflows,
                at,
                report,
            )

    def check_survey(self, name: str, at: Placed, report: Report) -> None:
        """Report a survey that no file writes down."""
        if self.surveys is not None:
            _check(
                "survey", say("no survey {name}", name=quoted(name)), name, self.surveys, at, report
            )

    def check_template(self, name: str, purpose: Purpose, at: Placed, report: Report) -> None:
        """Report a template that is missing, lacks a locale, or is not meant for `service`."""
        if self.templates is None:
            return
        locales = self.templates.get(name)
        if locales is None:
            message = say("no template {name}", name=quoted(name))
            folder = name.partition("/")[0]
            if folder in _OF_THE_LOOP and not any(
                one.startswith(f"{folder}/") for one in self.templates
            ):
                hint = say("`nurture init FOLDER --with loop` writes one to begin with")
                report.error(at, "unknown-template", message, hint)
                return
            _check("template", message, name, self.templates, at, report)
            return
        if purpose is Purpose.SERVICE and self.senders is not None:
            patterns = self.policy.service_templates
            if not any(fnmatchcase(name, pattern) for pattern in patterns):
                message = say(
                    "{name} is not among the policy's service_templates", name=quoted(name)
                )
                hint = say("mails of purpose `service` use those only")
                report.error(at, "not-a-service-template", message, hint)
        if "" in locales or self.senders is None:
            return
        for locale in self.policy.locales:
            if locale in locales:
                continue
            message = say("template '{name}' is missing in '{locale}'", name=name, locale=locale)
            if locale == self.policy.default_locale:
                report.error(at, TEMPLATE_LOCALE, message, say("it is the policy's default locale"))
            else:
                hint = say("its readers get '{locale}'", locale=self.policy.default_locale)
                report.warn(at, TEMPLATE_LOCALE, message, hint)


def check_role(name: str, senders: Mapping[str, Sender], at: Placed, report: Report) -> None:
    """Report a name that is neither `owner` nor the role of some sender."""
    roles = {sender.role for sender in senders.values()}
    if name == "owner" or name in roles:
        return
    hint = report.suggest(name, ("owner", *roles))
    if name in senders:
        hint = say("'{name}' is a sender, whose role is {role}", name=name, role=senders[name].role)
    report.error(at, "unknown-role", say("no sender has the role {name}", name=quoted(name)), hint)


def _check(
    what: str, message: Said, name: str, known: Iterable[str], at: Placed, report: Report
) -> None:
    names = list(known)
    if name not in names:
        report.error(
            at,
            f"unknown-{what}",
            message,
            report.suggest(name, names),
        )
