# AurumBotX on freqtrade's official image. Build: docker build -t aurumbotx .
ARG FREQTRADE_IMAGE=freqtradeorg/freqtrade:2026.9_freqai

FROM ${FREQTRADE_IMAGE} AS wheel
WORKDIR /tmp/source
COPY --chown=ftuser:ftuser pyproject.toml README.md LICENSE aurum_plugins.pth ./
COPY --chown=ftuser:ftuser aurum_plugins aurum_plugins
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /tmp/wheel .

FROM ${FREQTRADE_IMAGE}
LABEL org.opencontainers.image.title="AurumBotX" \
      org.opencontainers.image.description="A plugin pack for unmodified freqtrade" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"

# The base image's own user, who may not write outside its home and /freqtrade. What --user
# installs, aurum_plugins.pth included, is in a site directory that Python reads at start-up.
USER ftuser
WORKDIR /freqtrade
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /tmp/wheel /tmp/wheel
RUN wheel="$(ls /tmp/wheel/*.whl)" \
    && pip install --user --no-cache-dir --constraint /tmp/constraints.txt "${wheel}[postgres,cluster]"

COPY --chown=ftuser:ftuser configs configs
COPY --chown=ftuser:ftuser user_data user_data

# An image in which plain freqtrade does not know the plugins must not be built.
RUN freqtrade --version \
    && python -c "from freqtrade.constants import AVAILABLE_PAIRLISTS as known; \
assert 'AurumActiveFilter' in known, known"

# Asks freqtrade's API server, which needs no login for this.
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/api/v1/ping"]

# freqtrade is the base image's entry point; user_data/config.json names the strategy.
CMD ["trade"]
