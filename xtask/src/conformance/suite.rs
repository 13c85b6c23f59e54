//! What a suite is.

use super::recordings::Recordings;

/// A comparison of dflint with one file of recorded answers.
pub(crate) trait Suite {
    /// The name on the command line, that of the recordings without `.jsonl` where it has some.
    fn name(&self) -> &'static str;

    /// Compares every case.
    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome>;
}

/// What a suite found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many cases were compared.
    pub(crate) total: usize,
    /// The cases in which dflint differs, in the order of the recordings.
    pub(crate) disagreements: Vec<Disagreement>,
}

/// A case in which dflint differs.
#[derive(Debug)]
pub(crate) struct Disagreement {
    /// The case: a path in the corpus, an id or a line of the recordings.
    pub(crate) case: String,
    /// What differs, for a person.
    pub(crate) differences: Vec<String>,
}

impl Outcome {
    /// The outcome of these cases: what each is called and how dflint differs.
    pub(crate) fn of(cases: Vec<(String, Differences)>) -> Self {
        let total = cases.len();
        let disagreements = cases
            .into_iter()
            .map(|(case, differences)| Disagreement {
                case,
                differences: differences.0,
            })
            .filter(|disagreement| !disagreement.differences.is_empty())
            .collect();
        Self {
            total,
            disagreements,
        }
    }

    /// How many cases agree.
    pub(crate) fn agreed(&self) -> usize {
        self.total - self.disagreements.len()
    }

    /// The share of cases that agree, from 0 to 1; 1 when there is no case.
    pub(crate) fn fraction(&self) -> f64 {
        if self.total == 0 {
            return 1.0;
        }
        self.agreed() as f64 / self.total as f64
    }
}

/// The differences of one case, collected field by field.
#[derive(Debug, Default)]
pub(crate) struct Differences(Vec<String>);

impl Differences {
    /// Notes a difference in `field` unless `ours` equals `theirs`.
    pub(crate) fn expect<A, B>(&mut self, field: &str, ours: &A, theirs: &B)
    where
        A: PartialEq<B> + std::fmt::Debug + ?Sized,
        B: std::fmt::Debug + ?Sized,
    {
        if ours != theirs {
            self.note(format!("{field}: ours {ours:?}, theirs {theirs:?}"));
        }
    }

    /// Notes a difference.
    pub(crate) fn note(&mut self, difference: String) {
        self.0.push(difference);
    }
}
