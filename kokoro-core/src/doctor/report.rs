//! The result of an examination, for people and for programs.

use std::fmt;

use serde_json::{Map, Value, json};

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// It can be used.
    Good,
    /// It is not as it could be, and not needed for English speech.
    Note,
    /// It cannot be used, and something does not work without it.
    Problem,
}

impl Status {
    /// The stable name: `good`, `note` or `problem`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Problem => "problem",
        }
    }
}

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about: `system`, `cache`, `runtime`, `model`, `voices`, `espeak`, `network`, `speech`. Stable.
    pub topic: &'static str,
    /// The worst of what is said about it.
    pub status: Status,
    /// What would be used and why: names, which are stable, and values.
    pub facts: Vec<(&'static str, String)>,
    /// What is wrong, each with its remedy.
    pub messages: Vec<String>,
}

impl Finding {
    pub(super) fn new(topic: &'static str) -> Self {
        Self { topic, status: Status::Good, facts: Vec::new(), messages: Vec::new() }
    }

    pub(super) fn fact(&mut self, name: &'static str, value: impl ToString) {
        self.facts.push((name, value.to_string()));
    }

    pub(super) fn note(&mut self, message: impl ToString) {
        self.say(Status::Note, message);
    }

    pub(super) fn problem(&mut self, message: impl ToString) {
        self.say(Status::Problem, message);
    }

    fn say(&mut self, status: Status, message: impl ToString) {
        self.status = self.status.max(status);
        self.messages.push(message.to_string());
    }
}

/// What an examination found. [`Display`](fmt::Display) is the form for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Version of this library.
    pub version: &'static str,
    /// In the order in which the parts depend on each other.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether there is no problem. Notes may be there.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.problems() == 0
    }

    /// The finding about a topic.
    #[must_use]
    pub fn finding(&self, topic: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.topic == topic)
    }

    /// The report for programs. `healthy` is [`is_healthy`](Self::is_healthy); each of `findings` has `topic`, `status`, `facts`
    /// (an object of strings) and `messages`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let findings: Vec<Value> = self.findings.iter().map(json_of).collect();
        format!(
            "{:#}",
            json!({ "version": self.version, "healthy": self.is_healthy(), "findings": findings })
        )
    }

    fn problems(&self) -> usize {
        self.findings.iter().filter(|finding| finding.status == Status::Problem).count()
    }
}

fn json_of(finding: &Finding) -> Value {
    let facts: Map<String, Value> =
        finding.facts.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    json!({
        "topic": finding.topic,
        "status": finding.status.as_str(),
        "facts": facts,
        "messages": finding.messages,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems() {
            0 => writeln!(f, "kokoro {}: no problems", self.version)?,
            1 => writeln!(f, "kokoro {}: 1 problem", self.version)?,
            problems => writeln!(f, "kokoro {}: {problems} problems", self.version)?,
        }
        for finding in &self.findings {
            writeln!(f, "\n{}: {}", finding.topic, finding.status.as_str())?;
            for (name, value) in &finding.facts {
                writeln!(f, "    {name}: {value}")?;
            }
            for message in &finding.messages {
                writeln!(f, "  ! {message}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let system = Finding::new("system");
        let mut cache = Finding::new("cache");
        cache.fact("folder", "/a \"b\"");
        cache.note("small");
        cache.problem("large");
        cache.note("small again");
        Report { version: "1.2.3", findings: vec![system, cache] }
    }

    #[test]
    fn the_worst_message_decides() {
        let report = report();
        assert_eq!(report.finding("system").unwrap().status, Status::Good);
        assert_eq!(report.finding("cache").unwrap().status, Status::Problem);
        assert!(!report.is_healthy());
    }

    #[test]
    fn both_forms_have_everything() {
        let text = "kokoro 1.2.3: 1 problem\n\nsystem: good\n\ncache: problem\n    folder: /a \"b\"\n  ! small\n  ! large\n  \
                    ! small again\n";
        assert_eq!(report().to_string(), text);
        let json: Value = serde_json::from_str(&report().to_json()).unwrap();
        assert_eq!(
            json,
            json!({"version": "1.2.3", "healthy": false, "findings": [
                {"topic": "system", "status": "good", "facts": {}, "messages": []},
                {"topic": "cache", "status": "problem", "facts": {"folder": "/a \"b\""},
                 "messages": ["small", "large", "small again"]},
            ]})
        );
    }
}
