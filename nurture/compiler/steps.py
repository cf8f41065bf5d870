"""Drafts of steps to the graph that journeys walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nurture.compiler import step_kinds as kinds
from nurture.compiler.ask_steps import ASK_REFERRAL, TEMPLATE_OF_ASKS, read_ask
from nurture.compiler.changes import Changes
from nurture.compiler.condition_maps import read_condition
from nurture.compiler.delivery import SPREAD, check_spread
from nurture.compiler.event_maps import read_awaited
from nurture.compiler.mail_checks import check_attachments, check_content
from nurture.compiler.nodes import MapNode, Node, Scalar
from nurture.compiler.outline import Draft, nested
from nurture.compiler.picks import SEND, Content, attached
from nurture.compiler.promises import check_promise
from nurture.compiler.records import Fields
from nurture.compiler.references import References
from nurture.compiler.scope import ConditionScope
from nurture.compiler.split_keys import SHARE, WINNER
from nurture.compiler.wait_moments import WaitMoments
from nurture.compiler.weak_evidence import check_matches, check_opens
from nurture.compiler.webhooks import DATA, TO, WEBHOOK, told_fields
from nurture.compiler.webhooks import WITHIN as ANSWERED_WITHIN
from nurture.compiler.winners import read_winner
from nurture.domain.purpose import OWN_AFFAIR, Purpose
from nurture.domain.steps import (
    Branch,
    Duration,
    End,
    Glance,
    Goto,
    Graph,
    Notify,
    Question,
    Score,
    Send,
    SetLifecycle,
    Since,
    Split,
    StartWorkflow,
    Step,
    StopWorkflow,
    SurveyQuestion,
    Task,
    Variant,
    Wait,
    WaitFor,
    Webhook,
)
from nurture.domain.variants import fingerprint
from nurture.language import say

_DAY = Duration(days=1)


class StepCompiler:
    """Compiles the steps of one workflow; its report gets what is wrong with them."""

    def __init__(
        self,
        workflow: str,
        purpose: Purpose,
        window: str,
        scope: ConditionScope,
        references: References,
    ) -> None:
        self._workflow = workflow
        self._purpose = purpose
        self._window = window
        self._scope = scope
        self._report = scope.report
        self._references = references
        self._moments = WaitMoments(references.catalogue, scope.report)
        self._changes = Changes(references.catalogue, scope.report)
        self._steps: dict[str, Step] = {}
        self._makers: dict[str, Callable[[Draft, str | None], Step]] = {
            "send": self._send,
            "survey": self._survey,
            "ask_referral": self._ask,
            "wait": self._wait,
            "wait_until": self._wait_until,
            "wait_for": self._wait_for,
            "branch": self._branch,
            "split": self._split,
            "set": self._set,
            "score": self._score,
            "lifecycle": self._lifecycle,
            "start_workflow": self._start,
            "stop_workflow": self._stop,
            "task": self._task,
            "notify": self._notify,
            "webhook": self._webhook,
            "goto": self._goto,
            "end": self._end,
        }

    def graph(self, block: list[Draft]) -> Graph:
        """Return the graph of a workflow's outermost block."""
        self._block(block, None)
        for step in self._steps.values():
            if isinstance(step, Split):
                # What it is an experiment on is known once its steps are.
                digest = fingerprint(step, self._steps)
                self._steps[step.id] = replace(step, digest=digest)
        return Graph(_entry(block, None), self._steps)

    def _block(self, block: list[Draft], follow: str | None) -> None:
        for position, draft in enumerate(block):
            following = _entry(block[position + 1 :], follow)
            self._steps[draft.id] = self._makers[draft.kind](draft, following)
            for inner in draft.blocks.values():
                self._block(inner, following)

    def _send(self, draft: Draft, following: str | None) -> Step:
        fields, refer = draft.fields, self._references
        content = fields.get_or(SEND, Content(""))
        own = self._own_purpose(fields, content)
        check_content(content, fields.at(SEND), own or self._purpose, refer, self._report)
        check_attachments(fields, content, refer, self._report)
        return self._mail(draft, following, content, own)

    def _survey(self, draft: Draft, following: str | None) -> Step:
        fields, refer = draft.fields, self._references
        name = fields.get_or(kinds.SURVEY, "")
        refer.check_survey(name, fields.at(kinds.SURVEY), self._report)
        content = Content(fields.get_or(kinds.TEMPLATE, f"{name}/ask"))
        at = fields.at(kinds.TEMPLATE if fields.written(kinds.TEMPLATE) else kinds.SURVEY)
        refer.check_template(content.template, Purpose.SURVEY, at, self._report)
        return self._mail(draft, following, content, Purpose.SURVEY, SurveyQuestion(name))

    def _ask(self, draft: Draft, following: str | None) -> Step:
        fields, refer = draft.fields, self._references
        question = read_ask(fields, refer.programs, self._report)
        content = Content(fields.get_or(kinds.ASK_TEMPLATE, TEMPLATE_OF_ASKS))
        written = fields.written(kinds.ASK_TEMPLATE)
        at = fields.at(kinds.ASK_TEMPLATE if written else ASK_REFERRAL)
        refer.check_template(content.template, Purpose.REFERRAL, at, self._report)
        return self._mail(draft, following, content, Purpose.REFERRAL, question)

    def _mail(
        self,
        draft: Draft,
        following: str | None,
        content: Content,
        own: Purpose | None,
        question: Question | None = None,
    ) -> Send:
        """Return what sends a mail: a `send`, or a step whose mail asks a question."""
        fields, refer = draft.fields, self._references
        sender, window = fields.get(kinds.FROM), fields.get(kinds.WINDOW)
        if sender is not None:
            refer.check_sender(sender, fields.at(kinds.FROM), self._report)
        if window is not None:
            refer.check_window(window, fields.at(kinds.WINDOW), self._report)
        expires = fields.get(kinds.EXPIRES)
        kept = (refer.windows or {}).get(window or self._window)
        if expires is not None and kept is not None:
            asked_for = (own or self._purpose) in OWN_AFFAIR
            quiet = () if asked_for else refer.policy.quiet
            check_promise(expires, kept, quiet, fields.at(kinds.EXPIRES), self._report)
        spread = fields.get(SPREAD)
        if spread is not None:
            check_spread(spread, fields.at(SPREAD), self._report)
        subjects, at = fields.get_or(kinds.SUBJECT, {}), fields.at(kinds.SUBJECT)
        refer.check_languages(subjects, at, self._report)
        return Send(
            draft.id,
            following,
            content.template,
            subject=subjects.get(""),
            subjects=tuple((name, text) for name, text in subjects.items() if name),
            sender=sender,
            window=window,
            expires=expires if expires is not None else Duration(days=7),
            pick=content.pick,
            attach=attached(fields),
            purpose=own,
            spread=spread,
            review=self._review(fields),
            question=question,
            subject_at=_text_at(at),
            subjects_at=tuple(_text_at(at.pairs[one][1]) for one in subjects)
            if isinstance(at, MapNode) and "" not in subjects
            else (),
        )

    def _review(self, fields: Fields) -> Glance | None:
        """Return who looks at a mail before it leaves."""
        said = fields.get(kinds.REVIEW)
        if said is None:
            return None
        by = said.get_or(kinds.REVIEW_BY, "owner")
        self._references.check_assignee(by, said.at(kinds.REVIEW_BY), self._report)
        within = said.get_or(kinds.REVIEW_FOR, Glance().within)
        return Glance(by, within, said.get_or(kinds.REVIEW_OTHERWISE, "hold") == "hold")

    def _own_purpose(self, fields: Fields, content: Content) -> Purpose | None:
        """Return the purpose that a mail says itself; a pick may say none."""
        said = fields.get(kinds.PURPOSE)
        if said is None:
            return None
        if content.pick is not None:
            message = say("what is picked for somebody is not what they asked for")
            hint = say("name the template, or delete the line")
            self._report.error(fields.at(kinds.PURPOSE), "service-pick", message, hint)
            return None
        return Purpose(said)

    def _wait(self, draft: Draft, following: str | None) -> Step:
        return Wait(draft.id, following, draft.fields.get_or(kinds.WAIT, _DAY))

    def _wait_until(self, draft: Draft, following: str | None) -> Step:
        return self._moments.read(draft.id, following, draft.fields.get(kinds.WAIT_UNTIL))

    def _wait_for(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields
        scope = replace(self._scope, event=True)
        found = [read_awaited(node, scope) for node in fields.get_or(kinds.WAIT_FOR, [])]
        events = [match for match in found if match is not None]
        check_matches(events, say("this wait"), draft.at, self._report)
        return WaitFor(
            draft.id,
            then=_entry(draft.blocks.get(kinds.THEN.name, []), following),
            otherwise=_entry(draft.blocks.get(kinds.OTHERWISE.name, []), following),
            events=tuple(events),
            within=fields.get_or(kinds.WITHIN, _DAY),
            since=Since(fields.get_or(kinds.SINCE, Since.LAST_SEND.value)),
        )

    def _branch(self, draft: Draft, following: str | None) -> Step:
        cases = []
        for name, node in draft.cases.items():
            condition = read_condition(node, self._scope)
            check_opens(condition, say("this case"), node, self._report)
            cases.append((condition, _entry(draft.blocks[name], following)))
        otherwise = draft.blocks.get(kinds.CASE_ELSE.name, [])
        return Branch(draft.id, tuple(cases), _entry(otherwise, following))

    def _split(self, draft: Draft, following: str | None) -> Step:
        split = draft.fields.get(kinds.SPLIT)
        variants = split.get_or(kinds.VARIANTS, []) if split is not None else []
        if split is not None and split.get(kinds.VARIANTS) is not None and len(variants) < 2:
            at = split.at(kinds.VARIANTS)
            self._report.error(at, "too-few-variants", say("a split needs two variants at least"))
        return Split(
            draft.id,
            tuple(
                Variant(
                    variant.name,
                    variant.value.get_or(SHARE, 1),
                    _entry(draft.blocks[variant.name], following),
                    tuple(one.id for one in nested(draft.blocks[variant.name])),
                )
                for variant in variants
            ),
            read_winner(split.get(WINNER), self._scope) if split is not None else None,
        )

    def _set(self, draft: Draft, following: str | None) -> Step:
        return self._changes.read(draft.id, following, draft.fields.get(kinds.SET))

    def _score(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields.get(kinds.SCORE)
        if fields is None:
            return Score(draft.id, following, 0.0, "")
        points = fields.get_or(kinds.POINTS, 0.0)
        return Score(draft.id, following, points, fields.get_or(kinds.SCORE_REASON, ""))

    def _lifecycle(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields.get(kinds.LIFECYCLE)
        if fields is None:
            return SetLifecycle(draft.id, following, "lead")
        stage = fields.get_or(kinds.STAGE, "lead")
        return SetLifecycle(draft.id, following, stage, fields.get_or(kinds.STAGE_REASON, ""))

    def _start(self, draft: Draft, following: str | None) -> Step:
        name = draft.fields.get(kinds.START)
        if name is not None:
            self._references.check_workflow(name, draft.fields.at(kinds.START), self._report)
        return StartWorkflow(draft.id, following, name or "")

    def _stop(self, draft: Draft, following: str | None) -> Step:
        name, at = draft.fields.get(kinds.STOP), draft.fields.at(kinds.STOP)
        if name == self._workflow:
            message = say("a workflow cannot stop itself")
            self._report.error(at, "stops-itself", message, say("`end` leaves it"))
        elif name is not None:
            self._references.check_workflow(name, at, self._report)
        return StopWorkflow(draft.id, following, name or "")

    def _task(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields.get(kinds.TASK)
        if fields is None:
            return Task(draft.id, following, "", "owner", _DAY)
        assignee = fields.get_or(kinds.FOR, "owner")
        self._references.check_assignee(assignee, fields.at(kinds.FOR), self._report)
        due = fields.get(kinds.DUE)
        promised = due == Duration()
        return Task(
            draft.id,
            following,
            title=fields.get_or(kinds.TITLE, ""),
            assignee=assignee,
            due=due if due is not None and not promised else _DAY,
            promised=promised,
            kind=fields.get_or(kinds.KIND, "todo"),
        )

    def _notify(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields.get(kinds.NOTIFY)
        if fields is None:
            return Notify(draft.id, following, "owner", "")
        text = fields.get_or(kinds.NOTE, "")
        to, chat = fields.get(kinds.TO), fields.get(kinds.CHAT)
        if (to is None) == (chat is None):
            message = say("a notice goes to a person or to a chat room, one of them")
            self._report.error(
                draft.at, "bad-notice", message, say("write `to: owner` or `chat: ROOM`")
            )
            return Notify(draft.id, following, "owner", text)
        if chat is not None:
            self._references.check_chat(chat, fields.at(kinds.CHAT), self._report)
            return Notify(draft.id, following, "", text, chat)
        self._references.check_recipient(to or "", fields.at(kinds.TO), self._report)
        return Notify(draft.id, following, to or "", text)

    def _webhook(self, draft: Draft, following: str | None) -> Step:
        fields = draft.fields.get(WEBHOOK)
        within = draft.fields.get_or(ANSWERED_WITHIN, _DAY)
        if fields is None:
            return Webhook(draft.id, following, "", within)
        name = fields.get_or(TO, "")
        if name:
            self._references.check_endpoint(name, fields.at(TO), self._report)
        return Webhook(
            draft.id,
            following,
            name,
            within,
            told_fields(fields, self._references.catalogue, self._report),
            tuple((one.name, one.value) for one in fields.get_or(DATA, [])),
        )

    def _goto(self, draft: Draft, following: str | None) -> Step:
        fields, steps = draft.fields.get(kinds.GOTO), self._scope.steps
        target = fields.get(kinds.TARGET) if fields is not None else None
        if fields is None or target is None or steps is None:
            return Goto(draft.id, following, draft.id, 0)
        at = fields.at(kinds.TARGET)
        assert isinstance(at, Scalar)  # a text reads from nothing else
        found = steps.resolve(target, at, self._report)
        return Goto(draft.id, following, found or draft.id, fields.get_or(kinds.AT_MOST, 0))

    def _end(self, draft: Draft, following: str | None) -> Step:
        return End(draft.id, draft.fields.get_or(kinds.END, "completed"))


def _text_at(node: Node) -> tuple[int, int]:
    """Return line and column of a value's first character, behind its quote."""
    if not isinstance(node, Scalar) or node.plain:
        return node.line, node.column
    # A block's text starts below its sign; how deep it is indented, the sign does not say.
    return (node.line + 1, 1) if node.block else (node.line, node.column + 1)


def _entry(block: list[Draft], follow: str | None) -> str | None:
    """Return the step at which a block is entered; what follows it where it is empty."""
    return block[0].id if block else follow
