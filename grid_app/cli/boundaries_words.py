"""What the boundary commands say: lines for people, one document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from geo.coverage_check import CoverageReport
from geo.features import BoundarySet
from grid_app.queries.boundaries_undo import RECORDED_WORDS, UndoOutlook
from grid_app.services.places.boundaries import Activated, Imported
from grid_app.services.places.boundaries_check import CheckReport
from grid_app.services.places.boundaries_undo import Undone
from grid_app.services.places.divisions import TreePlan
from grid_app.vocabulary.words import LEVEL_WORDS

SHOWN = 20


def import_lines(
    imported: Imported, boundary_set: BoundarySet, coverage: CoverageReport, *, dry_run: bool
) -> Iterator[str]:
    """Give the report of an import, line by line."""
    verb = "将导入" if dry_run else "已导入"
    yield (
        f"{verb}{LEVEL_WORDS[imported.level]} {len(imported.codes)} 个到待启用的第 {imported.generation} 代边界"
        f"(其中区划树里没有的 {len(imported.new)} 个);正在使用的边界没有变。"
    )
    if imported.replaced:
        yield f"其中 {len(imported.replaced)} 个代码在这一代里已导入过,用这次的图形替换:{_some(imported.replaced)}。"
    if imported.unknown_parents:
        yield (
            f"有 {len(imported.unknown_parents)} 个上级还没有:{_some(imported.unknown_parents)}。"
            "启用前导入它们即可;否则启用时会建成没有边界的区划。"
        )
    yield from _block("修复", boundary_set.repairs)
    yield from _block("提示", boundary_set.warnings)
    yield from _coverage(coverage)
    if dry_run:
        yield "这是试运行,什么也没有写入。"


def check_lines(report: CheckReport) -> Iterator[str]:
    """Give the report of a check, line by line."""
    counts = "、".join(f"{LEVEL_WORDS[level]} {count} 个" for level, count in report.counts.items())
    yield f"待启用的第 {report.pending.number} 代边界,启用后共有:{counts}。"
    if report.pending.carried:
        yield f"其中 {len(report.pending.carried)} 个没有重新导入,沿用现在的边界。"
    yield from plan_lines(report.pending.plan)
    for level, coverage in report.coverage.items():
        yield f"{LEVEL_WORDS[level]}:"
        yield from _coverage(coverage)
    yield from _block(
        "越出上级边界",
        [
            f"{item.title}有 {item.area_m2:,.0f} 平方米({item.share:.1%})在上级{item.parent}的边界外"
            for item in report.outside_parent
        ],
    )
    if report.parents_without_boundary:
        yield f"上级没有边界,无法核对是否越界:{_some(report.parents_without_boundary)}。"
    yield from _effect_lines(report)


def activation_lines(done: Activated) -> Iterator[str]:
    """Give the report of an activation, line by line."""
    counts = "、".join(f"{LEVEL_WORDS[level]} {count} 个" for level, count in done.counts.items())
    yield f"第 {done.generation} 代边界已启用:{counts}(沿用 {done.carried_over} 个)。"
    yield from plan_lines(done.plan)


def plan_lines(plan: TreePlan) -> Iterator[str]:
    """Give what becomes of the tree, line by line."""
    yield f"区划树:新增 {len(plan.added)} 个,停用 {len(plan.ended)} 个,恢复 {len(plan.revived)} 个。"
    if plan.created:
        yield f"没有边界、因下级而建立的上级:{_some(plan.created)}。名称暂用代码,以后导入同一代码时会更新。"
    if plan.ended:
        yield f"停用:{_some(plan.ended)}。"
    if plan.kept:
        yield f"文件里没有、但还有下级,保留原边界:{_some(plan.kept)}。"
    yield from _block("改名", [f"{item.code} {item.before} → {item.after}" for item in plan.renamed])
    yield from _block("换上级", [f"{item.code} {item.before or '无'} → {item.after or '无'}" for item in plan.moved])


def import_document(
    imported: Imported, boundary_set: BoundarySet, coverage: CoverageReport, *, dry_run: bool
) -> dict[str, object]:
    """Return the report of an import for programs."""
    return {
        "dry_run": dry_run,
        "generation": imported.generation,
        "level": imported.level,
        "source_crs": boundary_set.source_crs,
        "loaded": len(imported.codes),
        "new": len(imported.new),
        "replaced": list(imported.replaced),
        "unknown_parents": list(imported.unknown_parents),
        "repairs": list(boundary_set.repairs),
        "warnings": list(boundary_set.warnings),
        **asdict(coverage),
    }


def check_document(report: CheckReport) -> dict[str, object]:
    """Return the report of a check for programs."""
    return {
        "generation": report.pending.number,
        "counts": dict(report.counts),
        "carried_over": len(report.pending.carried),
        "tree": plan_document(report.pending.plan),
        "coverage": {level: asdict(coverage) for level, coverage in report.coverage.items()},
        "outside_parent": [asdict(item) for item in report.outside_parent],
        "parents_without_boundary": list(report.parents_without_boundary),
        "open_disputes": asdict(report.disputes),
        "attached_to_ended": asdict(report.attached),
        "touched": [
            {
                "kind": one.record.kind,
                "id": str(one.record.id),
                "from": one.record.code,
                "to": list(one.codes),
                "how": one.how,
            }
            for one in report.destinations
        ],
        "following": asdict(report.following),
    }


def activation_document(done: Activated) -> dict[str, object]:
    """Return the report of an activation for programs."""
    return {
        "generation": done.generation,
        "counts": dict(done.counts),
        "carried_over": done.carried_over,
        "tree": plan_document(done.plan),
        "moved": {"disputes": dict(done.turned.disputes), **done.turned.attached},
    }


def outlook_lines(outlook: UndoOutlook) -> Iterator[str]:
    """Give what taking the activation back would mean, line by line."""
    if outlook.why_not:
        yield outlook.why_not
    if outlook.active is None or outlook.previous is None:
        return
    yield f"撤回第 {outlook.active.number} 代,重新使用第 {outlook.previous.number} 代。"
    yield f"又会停用的区划:{len(outlook.ending)} 个。"
    yield f"会退回原处的记录:{sum(outlook.back.values())} 条。"
    for kind, count in outlook.recorded.items():
        yield f"启用以后新有的:{RECORDED_WORDS[kind]} {count} 件,都保留。"


def outlook_document(outlook: UndoOutlook) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "possible": not outlook.why_not,
        "why_not": outlook.why_not,
        "generation": outlook.active.number if outlook.active else None,
        "previous": outlook.previous.number if outlook.previous else None,
        "back": dict(outlook.back),
        "recorded": dict(outlook.recorded),
        "ending": [code for code, _ in outlook.ending],
    }


def undone_lines(done: Undone) -> Iterator[str]:
    """Give the report of taking an activation back, line by line."""
    yield f"第 {done.number} 代边界已撤回,现在使用第 {done.previous} 代。"
    back, anew = sum(done.back.disputes.values()), sum(done.onward.disputes.values())
    yield f"退回原处的纠纷 {back} 件,期间新登记、重新归村的 {anew} 件。"


def undone_document(done: Undone) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "undone": done.number,
        "in_use": done.previous,
        "back": {"disputes": dict(done.back.disputes), **done.back.attached},
        "placed_anew": {"disputes": dict(done.onward.disputes), **done.onward.attached},
    }


def plan_document(plan: TreePlan) -> dict[str, object]:
    """Return what becomes of the tree, for programs."""
    return {
        "added": len(plan.added),
        "created_parents": list(plan.created),
        "renamed": [asdict(item) for item in plan.renamed],
        "moved": [asdict(item) for item in plan.moved],
        "revived": list(plan.revived),
        "ended": list(plan.ended),
        "kept": list(plan.kept),
    }


def _effect_lines(report: CheckReport) -> Iterator[str]:
    effect = report.disputes
    yield (
        f"未办结纠纷 {effect.total} 件:{effect.moved} 件的位置会落到别的村(社区),{effect.outside} 件会落在边界外,"
        f"{effect.ended} 件所在的村(社区)不再有边界,{effect.same + effect.without_point} 件不受影响。"
        f"启用时有位置的按位置改到新的村,没有位置的改到接续的村 {effect.to_successor} 件、"
        f"先放到乡镇核定 {effect.to_parent} 件。"
    )
    yield from _block("落到别的村", [f"{a or '未定村'} → {b}:{n} 件" for a, b, n in effect.pairs])
    left = report.attached
    if left.accounts or left.units or left.rooms:
        stays = sum(one.how == "stays" for one in report.destinations)
        yield (
            f"要停用的区划上还有 {left.accounts} 个账号身份、{left.units} 个单位、{left.rooms} 个调解室;"
            f"碰到的记录共 {len(report.destinations)} 条,其中 {stays} 条没有写明由谁接续,留在原代码下。"
        )


def _coverage(coverage: CoverageReport) -> Iterator[str]:
    if coverage.is_clean:
        yield "没有空隙、重叠、碎片和重复。"
        return
    yield (
        f"空隙 {len(coverage.gaps)} 处,重叠 {len(coverage.overlaps)} 处,"
        f"碎片 {len(coverage.slivers)} 处,重复 {len(coverage.duplicates)} 处。"
    )
    yield from _block("明细", coverage.sentences())


def _block(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if not sentences:
        return
    yield f"{title}({len(sentences)}):"
    yield from (f"  {sentence}" for sentence in sentences[:SHOWN])
    if len(sentences) > SHOWN:
        yield f"  ……还有 {len(sentences) - SHOWN} 条,用 --json 看全部。"


def _some(codes: Sequence[str]) -> str:
    more = f" 等 {len(codes)} 个" if len(codes) > SHOWN else ""
    return "、".join(codes[:SHOWN]) + more
