//! Files of cues.

use std::fmt::Write as _;

use super::Cue;

/// A SubRip file (`.srt`).
#[must_use]
pub fn to_srt(cues: &[Cue]) -> String {
    let mut file = String::new();
    for (index, cue) in cues.iter().enumerate() {
        let (start, end) = (time(cue.start_seconds, ','), time(cue.end_seconds, ','));
        // Writing to a string cannot fail.
        let _ = write!(file, "{}\n{start} --> {end}\n{}\n\n", index + 1, cue.text);
    }
    file
}

/// A WebVTT file (`.vtt`).
#[must_use]
pub fn to_webvtt(cues: &[Cue]) -> String {
    let mut file = "WEBVTT\n\n".to_owned();
    for cue in cues {
        let (start, end) = (time(cue.start_seconds, '.'), time(cue.end_seconds, '.'));
        // The characters that begin a tag or an escape there, and the arrow of its time lines.
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(file, "{start} --> {end}\n{text}\n\n");
    }
    file
}

/// Hours, minutes, seconds and milliseconds.
fn time(seconds: f64, separator: char) -> String {
    let milliseconds = (seconds * 1000.0).round() as u64;
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{seconds:02}{separator}{milliseconds:03}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_seconds: f64, end_seconds: f64, text: &str) -> Cue {
        Cue { start_seconds, end_seconds, text: text.into() }
    }

    #[test]
    fn subrip_is_numbered_and_has_commas() {
        let cues = [cue(0.0, 1.2345, "One\ntwo"), cue(3599.9996, 7325.5, "Three & four")];
        let expected = "1\n00:00:00,000 --> 00:00:01,235\nOne\ntwo\n\n\
                        2\n01:00:00,000 --> 02:02:05,500\nThree & four\n\n";
        assert_eq!(to_srt(&cues), expected);
        assert_eq!(to_srt(&[]), "");
    }

    #[test]
    fn webvtt_has_a_header_and_escapes() {
        let expected = "WEBVTT\n\n00:00:00.500 --> 00:00:01.000\na &lt; b &amp; c --&gt; d\n\n";
        assert_eq!(to_webvtt(&[cue(0.5, 1.0, "a < b & c --> d")]), expected);
    }
}
