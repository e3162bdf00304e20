"""What can be set about the HTTP interface; the composition root reads it from file, environment and flags."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

MEBI = 1 << 20


class Settings(BaseModel):
    """Defaults serve one machine without anything set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    console: Path = Field(Path("dashboards/dist"), description="folder of the built console")
    secure_cookies: bool = Field(False, description="the console is reached by https only")
    session_hours: float = Field(12.0, gt=0, description="until a new sign-in is needed")
    sign_in_failures: int = Field(10, ge=1, description="of one name from one address within `sign_in_minutes`")
    sign_in_minutes: float = Field(5.0, gt=0)
    most_body: int = Field(MEBI, ge=1024, description="bytes of a request that is no capture")
    most_upload: int = Field(4096 * MEBI, ge=MEBI, description="bytes of a capture that is handed in")
    most_register: int = Field(4 * MEBI, ge=1024, description="bytes of a list of assets for an inspection")
    metrics_token: SecretStr | None = Field(None, description="bearer token for /api/metrics")
