"""sign-in, provision, doctor and environments: what comes before the daily work."""

from __future__ import annotations

import time

import click

from psaqb_desktop.cli.context import CliContext, pass_context
from psaqb_desktop.cli.exit_codes import NEEDS_ATTENTION, OK
from psaqb_desktop.domain.crm import ProvisionStep
from psaqb_desktop.domain.environment import SignInMethod

METHODS = click.Choice([method.value for method in SignInMethod] + ["paste"])


@click.command("sign-in")
@click.option("--method", type=METHODS, default=None, help="Another way than the environment's.")
@click.option("--out", "is_out", is_flag=True, help="Sign out: forget the tokens here.")
@pass_context
def sign_in(context: CliContext, method: str | None, is_out: bool) -> int:  # noqa: FBT001
    """Sign in to the CRM (device code, client credentials, or by pasting the address)."""
    service = context.desk.sign_in
    if is_out:
        service.sign_out()
        context.output.note("Signed out.")
        return OK
    chosen = method or context.desk.environment.sign_in.value
    if chosen == SignInMethod.CLIENT_CREDENTIALS.value:
        service.sign_in_unattended()
    elif chosen == SignInMethod.DEVICE_CODE.value:
        code = service.begin_device_code()
        context.output.note(f"Open {code.verification_uri} and enter the code {code.user_code}")
        while not service.poll_device_code(code):
            time.sleep(code.interval_seconds)
    else:
        request = service.begin()
        context.output.note("Sign in at this address:")
        click.echo(request.url, err=context.output.is_json)
        redirected = click.prompt("Paste the address of the page you were sent to", err=True)
        service.finish(request, redirected)
    user = service.who_am_i()
    if context.output.is_json:
        context.output.document({"user": user.name, "id": user.id})
    else:
        context.output.note(f"Signed in as {user.name}.")
    return OK


@click.command()
@pass_context
def provision(context: CliContext) -> int:
    """Make the program's tables in the CRM; safe to repeat."""
    steps: list[ProvisionStep] = []

    def on_step(step: ProvisionStep) -> None:
        steps.append(step)
        if not context.output.is_json:
            what = "already there" if step.was_there else "done"
            context.output.note(f"[{step.done}/{step.total}] {step.name}: {what}")

    context.desk.provisioner.provision(on_step)
    if context.output.is_json:
        made = sum(1 for step in steps if not step.was_there)
        context.output.document({"steps": len(steps), "made": made})
    return OK


@click.command()
@pass_context
def doctor(context: CliContext) -> int:
    """Look at every part that a push needs and say what is well and what is not."""
    lines = context.desk.doctor.run()
    if context.output.is_json:
        context.output.document(
            {
                "is_ok": all(line.is_ok for line in lines),
                "examinations": [
                    {
                        "name": line.name,
                        "is_ok": line.is_ok,
                        "message": line.message,
                        "remedy": line.remedy,
                    }
                    for line in lines
                ],
            }
        )
    else:
        for line in lines:
            mark = click.style("✓", fg="green") if line.is_ok else click.style("✗", fg="red")
            click.echo(f"{mark} {line.name}: {line.message}")
            if line.remedy and not line.is_ok:
                click.echo(f"    {line.remedy}")
    return OK if all(line.is_ok for line in lines) else NEEDS_ATTENTION


@click.command()
@pass_context
def environments(context: CliContext) -> int:
    """Show the declared environments."""
    default = context.office.default_environment()
    found = context.office.environments()
    if context.output.is_json:
        context.output.document(
            {
                "default": default,
                "environments": [
                    {"name": e.name, "kind": e.kind, "crm_url": e.crm_url, "sign_in": e.sign_in}
                    for e in found
                ],
            }
        )
        return OK
    context.output.table(
        ("Environment", "Kind", "CRM", "Sign-in", ""),
        [
            (
                e.name,
                e.kind.value,
                e.crm_url,
                e.sign_in.value,
                "default" if e.name == default else "",
            )
            for e in found
        ],
    )
    return OK
