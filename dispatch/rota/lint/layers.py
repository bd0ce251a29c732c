"""Layers that cannot be read, and people in them who do not work here any more."""

from collections.abc import Iterator

from dispatch.rota.lint.found import Found
from dispatch.rota.lint.look import Look
from dispatch.rota.wall import wall_of


def find(look: Look) -> Iterator[Found]:
    """A broken layer takes nothing but itself down, and must not do so in silence."""
    scene = look.scene
    for broken in scene.rules.broken:
        said = f"The layer {scene.layer(broken.id)} cannot be read and puts nobody on call"
        yield Found("broken", True, scene.now, scene.end, said, cure=broken.why, about=broken.id, dated=False)
    yield from _gone(look)


def _gone(look: Look) -> Iterator[Found]:
    scene = look.scene
    for layer in scene.rules.layers:
        if layer.ends is not None and layer.ends <= wall_of(scene.now, layer.zone):
            continue
        for person in dict.fromkeys(person for group in layer.line for person in group):
            if person not in scene.workers:
                known = scene.names.get(person)
                who = f"{known} is switched off and stands" if known else "Somebody unknown stands"
                said = f"{who} in the layer {scene.layer(layer.id)}: their turns are nobody's"
                cure = "Take them out of the line."
                yield Found(
                    "gone", False, scene.now, scene.end, said, layer.tier, person, cure, layer.id, dated=False
                )
