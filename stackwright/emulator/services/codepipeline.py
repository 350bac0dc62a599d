"""CodePipeline beyond moto: it refuses what AWS refuses of a pipeline's structure. Nothing is ever executed."""

from __future__ import annotations

from moto.codepipeline import urls
from moto.codepipeline.responses import CodePipelineResponse

from stackwright.emulator.services.overlay import put_in_place
from stackwright.emulator.services.pipeline_structure import check


class CodePipeline(CodePipelineResponse):
    """moto's CodePipeline, which keeps any structure that has two stages and a role."""

    def create_pipeline(self) -> str:
        """Check the structure ("CreatePipeline")."""
        check(self._get_param("pipeline"))
        answer: str = super().create_pipeline()
        return answer

    def update_pipeline(self) -> str:
        """Check the structure as at creation ("UpdatePipeline")."""
        check(self._get_param("pipeline"))
        answer: str = super().update_pipeline()
        return answer


def install() -> None:
    """Put the overlay in the place of moto's CodePipeline."""
    put_in_place(urls, CodePipeline)
