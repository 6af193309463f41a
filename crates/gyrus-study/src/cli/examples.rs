//! What stands below the options of each command.

pub const RUN: &str = "Examples:\n  gyrus run studies/podcast.toml\n  gyrus run study.toml --dry-run\n  gyrus run study.toml --shard 1/4 --threads 2\n  gyrus run study.toml --only report --style journal.toml";

pub const REPORT: &str = "Example:\n  gyrus report results/paper --out paper.html";

pub const MERGE: &str = "Example:\n  gyrus merge study.toml --out results/study";

pub const SUBMIT: &str = "Examples:\n  gyrus submit study.toml --slurm array=12,partition=cpu,cpus=8,mem=16G\n  gyrus submit study.toml --slurm array=12,gpus=1,gpu-partition=gpu,cpus=8 --dry-run";

pub const CACHE_EXPLAIN: &str = "Example:\n  gyrus cache explain study.toml";

pub const CACHE_PRUNE: &str = "Example:\n  gyrus cache prune study.toml --dry-run";

pub const STATUS: &str = "Example:\n  gyrus status results/podcast";

pub const TABLE: &str = "Example:\n  gyrus table results/paper/models.parquet --columns model,score";

pub const EXTRACT: &str = "Examples:\n  gyrus extract --model models/gpt2 --transcript story.tsv --windows 1w,10w,full --clip --out 'states-{}.safetensors'\n  gyrus extract --model models/gpt2 --transcript story.tsv --keep f16 --memory 4G --device gpu --out states.safetensors";

pub const HIDDEN_STATES: &str =
    "Example:\n  gyrus hidden-states --model models/gpt2 --ids ids.safetensors --out states.safetensors";

pub const VERIFY_MODEL: &str = "Examples:\n  gyrus verify-model models/gpt2\n  gyrus verify-model models/gpt2 --reference gpt2.safetensors --tolerance 1e-5";

pub const ENCODE: &str = "Examples:\n  gyrus encode --features states.safetensors --responses responses.safetensors --gap 16 --out scores.parquet\n  gyrus encode --features states.safetensors --responses responses.safetensors --controls controls.safetensors --gap 16 --null shifts:200 --null-out p.parquet --out scores.parquet";

pub const CONTROLS: &str =
    "Example:\n  gyrus controls --transcript story.tsv --properties rate,length,duration --out controls.safetensors";

pub const POSITIONS: &str = "Example:\n  gyrus positions --rows 334 --out positions.safetensors";

pub const RECORDING: &str = "Examples:\n  gyrus recording sub-01_ieeg.edf\n  gyrus recording sub-01_ieeg.edf --channels LTG1,LTG2 --out signals.safetensors";

pub const SIMILARITY: &str = "Examples:\n  gyrus similarity a.safetensors b.safetensors --groups 20 --shifts 200 --gap 10 --out similarity.parquet\n  gyrus similarity a.safetensors b.safetensors --metric rsa --out rsa.parquet";

pub const BENCHMARK: &str = "Examples:\n  gyrus benchmark --list\n  gyrus benchmark --model models/gpt2 --task piqa --data valid.jsonl --labels valid-labels.lst --out piqa.json";

pub const TRAIN: &str = "Examples:\n  gyrus train datasets/zoo/recipe.toml --text texts --out models\n  gyrus train recipe.toml --only opt,gpt2";

pub const COMPLETIONS: &str = "Example:\n  gyrus completions bash > ~/.local/share/bash-completion/completions/gyrus";

pub const MAN: &str = "Examples:\n  gyrus man | man -l -\n  gyrus man --out man";

pub const SIMULATE_WORDS: &str = "Example:\n  gyrus simulate words --text story.txt --seed 1 --out story.tsv";

pub const SIMULATE_VECTORS: &str =
    "Example:\n  gyrus simulate vectors --text books --words story.tsv --out vectors.txt --counts-out counts.tsv";

pub const SIMULATE_CORTEX: &str = "Example:\n  gyrus simulate cortex --words story.tsv --vectors vectors.txt --counts counts.tsv --seed 1 --out cortex";

pub const SIMULATE_PODCAST: &str = "Example:\n  gyrus simulate podcast --seconds 120 --lag 0.25 --out podcast";

pub const DATA_LIST: &str = "Example:\n  gyrus data list";

pub const DATA_SHOW: &str = "Example:\n  gyrus data show podcast";

pub const DATA_CHECK: &str = "Example:\n  gyrus data check podcast ../data/ds005574";

pub const DATA_FETCH: &str = "Example:\n  gyrus data fetch podcast --to ../data/ds005574 --only 'sub-*/ieeg/*.tsv'";
