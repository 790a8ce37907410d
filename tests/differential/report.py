"""What a person is told of a difference: what differs, the fewest requests that show it, and how to see it again."""

LONG = 1500


def text(plan, number, steps, difference, file):
    lines = [f"\nDIFFERENCE at {difference.step.get('view') or 'the rows'} (seed {plan.seed}, episode {number})"]
    for field, theirs, ours in difference.found:
        lines += [f"  {field}", f"    Django: {cut(theirs)}", f"    ours:   {cut(ours)}"]
    lines.append("  after these requests:")
    lines += [f"    {line}" for step in steps for line in shown(step)]
    lines.append(f"  again: cargo xtask test --only differential --replay {file}")
    return "\n".join(lines)


def shown(step):
    if step["do"] == "jar":
        return [f"(cookies of {step['jar']}: {step['cookies']})"]
    if step["do"] != "send":
        return [f"({step['do']})"]
    lines = [f"{step['method']} {step['target']}" + (f"   with the cookies of {step['jar']}" if step["jar"] else "")]
    lines += [f"  {name}: {cut(value)}" for name, value in step["headers"]]
    return [*lines, f"  {cut(step['body'])}"] if step["body"] else lines


def cut(value):
    shown_value = value if isinstance(value, str) and value.isascii() and value.isprintable() else repr(value)
    return shown_value if len(shown_value) < LONG else f"{shown_value[:LONG]}… ({len(shown_value)} characters)"
