#!/usr/bin/env python3
"""Write tests/data/every_field.onnx: a ModelProto in which every field of every ONNX message is set.

The Rust messages are complete if this file decodes and encodes to the same bytes. The file is no valid model.
Made with onnx 1.23.2 (`pip install onnx`); run again when a new ONNX adds fields.
"""

import pathlib

import onnx

NESTING = 2  # how often a message type may occur inside itself


def is_repeated(field):
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def scalar(field, turn):
    """A value that differs between neighbours, so that a swapped tag is seen."""
    number = 100 * field.number + turn
    if field.type in (field.TYPE_INT32, field.TYPE_INT64):
        return -number if turn else number
    if field.type == field.TYPE_UINT64:
        return 2**63 + number
    if field.type in (field.TYPE_FLOAT, field.TYPE_DOUBLE):
        return number + 0.25
    if field.type == field.TYPE_STRING:
        return f"{field.name} {turn} ə"
    if field.type == field.TYPE_BYTES:
        return bytes([turn, 255, field.number])
    if field.type == field.TYPE_ENUM:
        return field.enum_type.values[-1 - turn].number
    raise TypeError(f"{field.full_name} has an unexpected type {field.type}")


def choices(message):
    """For each oneof the message must be written once per member."""
    sizes = [len(oneof.fields) for oneof in message.DESCRIPTOR.oneofs if len(oneof.fields) > 1]
    return max(sizes, default=1)


def is_out_of_order(field, choice):
    """prost writes a oneof where its smallest tag belongs; what would come between is left out of the message.

    It is there where another member of the oneof was chosen.
    """
    for oneof in field.containing_type.oneofs:
        tags = [member.number for member in oneof.fields]
        if field.number not in tags and min(tags) < field.number < tags[choice % len(tags)]:
            return True
    return False


def fill(message, choice, open_types):
    name = message.DESCRIPTOR.full_name
    if open_types.count(name) >= NESTING:
        return
    open_types = [*open_types, name]
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if oneof is not None and len(oneof.fields) > 1 and oneof.fields[choice % len(oneof.fields)] is not field:
            continue
        if is_out_of_order(field, choice):
            continue
        if field.message_type is None:
            if is_repeated(field):
                getattr(message, field.name).extend(scalar(field, turn) for turn in (0, 1))
            else:
                setattr(message, field.name, scalar(field, 0))
        elif is_repeated(field):
            for turn in range(max(1, choices(field.message_type._concrete_class()))):
                fill(getattr(message, field.name).add(), turn, open_types)
        else:
            child = getattr(message, field.name)
            child.SetInParent()
            fill(child, choice, open_types)


def main():
    model = onnx.ModelProto()
    fill(model, 0, [])
    data = model.SerializeToString(deterministic=True)
    target = pathlib.Path(__file__).parent.parent / "tests" / "data" / "every_field.onnx"
    target.write_bytes(data)
    print(f"{target.name}: {len(data)} bytes, onnx {onnx.__version__}")


if __name__ == "__main__":
    main()
