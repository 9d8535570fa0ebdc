"""grid-app retention."""

from __future__ import annotations

import click

from grid_app.cli.context import in_app, print_json
from grid_app.jobs.retention import clear_job, dry_run


@click.command("retention")
@click.option("--dry-run", "only_look", is_flag=True, help="只说会清除多少,什么也不改。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@in_app
def retention_command(*, only_look: bool, as_json: bool) -> None:
    """清除保存期限已过的个人信息(定时任务每天也做一次)。"""
    counts = dry_run()
    outcome = "" if only_look else clear_job()
    if as_json:
        print_json({"dry_run": only_look, "due": counts, "outcome": outcome})
        return
    verb = "会清除" if only_look else "已清除"
    click.echo(f"{verb}:{counts['matters']} 件事项里的个人信息,{counts['media']} 个照片和语音。")
    click.echo(f"{verb}:{counts['incidents']} 份紧急报告里的文字。")
    click.echo(f"{verb}:{counts['escalations']} 条上级提醒里写的原因,{counts['calls']} 次电话里写的谁接的。")
    click.echo(f"另有 {counts['waiting']} 件到期但要等:还有没办完的环节,或者已登记延长保存。")
