#!/bin/sh
# The main job, from an empty folder to an agent that answers. Run it with: make demo
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
unset DATABASE_URL META_AGENT_STATE_DIR META_AGENT_STORE_URL META_AGENT_PLANNER # the demo has its own
request="I need an agent to calculate DSCR for properties"
question="from src.agents.calc_agent import CalcAgent; r = CalcAgent().calculate_dscr(property_id=5); \
print(f'DSCR: {r.dscr}, Status: {r.validation_status}')"

say() { if [ -t 1 ]; then printf '\n\033[1m$ %s\033[0m\n' "$1"; else printf '\n$ %s\n' "$1"; fi; }

rm -rf demo
say "meta-agent init demo --sample"
meta-agent init demo --sample
cd demo

say "meta-agent submit \"$request\" --name dscr"
meta-agent submit "$request" --name dscr
say "meta-agent run --once"
meta-agent run --once
say "meta-agent status dscr"
meta-agent status dscr

say "ls src/agents/*.py tests/agents/test_*.py docs/agents/*.md"
ls src/agents/*.py tests/agents/test_*.py docs/agents/*.md
say "meta-agent call calc_agent --all"
meta-agent call calc_agent --all
say "python -c \"$question\""
python -c "$question"
