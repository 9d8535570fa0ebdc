"""Sixty-four replicates abreast: a numba type that holds one count of each in the registers of the processor.

Vectorisation that is left to the compiler keeps the counts in memory and checks after each row whether arrays overlap;
three quarters of the time went there. Here the sums are vectors of LLVM, which any processor runs: in two registers
of 512 bits, four of 256 or eight of 128. Needs numba; `kernel_numpy` is the path without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

LANES: Final = 64
"""As many as there are bits in the answer of `reaching`."""


class Lanes(types.Type):
    """The type of one count for each of the replicates."""

    def __init__(self, dtype: Any) -> None:  # noqa: ANN401 - numba's own
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    """How a count for each of the replicates is held: as one vector."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:  # noqa: ANN401 - numba's own
        super().__init__(manager, lanes, ir.VectorType(ir.IntType(lanes.dtype.bitwidth), LANES))  # type: ignore[no-untyped-call]


def _operation(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what compiled code calls; the function says the types and how it is built."""
    return cast("Callable[..., Any]", intrinsic(function))


def _sums_of(rows: Any) -> Lanes:  # noqa: ANN401
    """Return the type of sums of rows: wider than the rows, so that no sum overflows."""
    return Lanes(types.int32 if rows.dtype.bitwidth == 32 else types.int16)


def _address(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:  # noqa: ANN401
    """Return the address of a row of 64 entries."""
    data = context.make_array(kind)(context, builder, array).data
    vector = ir.VectorType(ir.IntType(kind.dtype.bitwidth), LANES)
    wide = builder.zext(row, ir.IntType(64)) if row.type.width < 64 else row
    return builder.bitcast(builder.gep(data, [builder.mul(wide, ir.Constant(wide.type, LANES))]), vector.as_pointer())


def _read(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:  # noqa: ANN401
    value = builder.load(_address(context, builder, kind, array, row))
    value.align = kind.dtype.bitwidth // 8
    return value


@_operation
def nothing(_typing: Any, rows: Any) -> Any:  # noqa: ANN401
    """Return zero in each lane, ready for sums of ``rows``."""
    lanes = _sums_of(rows)

    def build(context: Any, _builder: Any, _signature: Any, _values: Any) -> Any:  # noqa: ANN401
        return ir.Constant(context.get_value_type(lanes), None)

    return lanes(rows), build


@_operation
def plus_row(_typing: Any, sums: Any, rows: Any, idx: Any, at: Any) -> Any:  # noqa: ANN401
    """Return the sums plus row ``idx[at]`` of ``rows``; nothing checks the bounds."""

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        held, table, places, position = values
        data = context.make_array(signature.args[2])(context, builder, places).data
        row = _read(context, builder, signature.args[1], table, builder.load(builder.gep(data, [position])))
        return builder.add(held, row if row.type == held.type else builder.sext(row, held.type))

    return sums(sums, rows, idx, at), build


@_operation
def reaching(_typing: Any, sums: Any, least: Any, row: Any) -> Any:  # noqa: ANN401
    """Return as bits which lanes reach row ``row`` of the counts ``least``."""

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        held, table, number = values
        wanted = _read(context, builder, signature.args[1], table, number)
        return builder.bitcast(builder.icmp_signed(">=", held, wanted), ir.IntType(64))

    return types.uint64(sums, least, row), build


@_operation
def put_down(_typing: Any, sums: Any, memory: Any) -> Any:  # noqa: ANN401
    """Write the sums into an array of 64."""

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        held, array = values
        address = _address(context, builder, signature.args[1], array, ir.Constant(ir.IntType(64), 0))
        builder.store(held, address).align = signature.args[1].dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.void(sums, memory), build


@_operation
def taken_up(_typing: Any, memory: Any) -> Any:  # noqa: ANN401
    """Return the sums that were put down in an array of 64."""
    lanes = Lanes(memory.dtype)

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ANN401
        return _read(context, builder, signature.args[0], values[0], ir.Constant(ir.IntType(64), 0))

    return lanes(memory), build


@_operation
def first_of(_typing: Any, bits: Any) -> Any:  # noqa: ANN401
    """Return the number of the lowest bit that is set."""

    def build(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:  # noqa: ANN401
        return builder.cttz(values[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(bits), build
