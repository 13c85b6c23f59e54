//! Secret values, so that no output repeats them.
//!
//! They are looked for in the text alone, which also works where a file does not parse, and
//! rather one too many than one too few: what is hidden here is only not shown.

mod commands;
mod places;

use std::borrow::Cow;
use std::ops::Range;

/// The shortest value that is looked for elsewhere in a text, in bytes.
const SHORTEST: usize = 4;

/// The secret values of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// Where they stand in the text, sorted, not overlapping.
    places: Vec<Range<usize>>,
    /// What they are, the longest first.
    values: Vec<String>,
}

impl Secrets {
    /// The secrets of `text`. Takes time linear in it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut places = places::of(text);
        places.sort_by_key(|place| (place.start, place.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(places.len());
        for place in places.into_iter().filter(|place| !place.is_empty()) {
            match merged.last_mut() {
                Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
                _ => merged.push(place),
            }
        }
        let found = merged.iter().filter_map(|place| text.get(place.clone()));
        let lines = found.flat_map(str::lines).map(str::trim);
        let mut values: Vec<String> = lines
            .flat_map(|line| [line, shell_word(line)])
            .filter(|value| value.len() >= SHORTEST)
            .map(str::to_owned)
            .collect();
        values.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        values.dedup();
        Self {
            places: merged,
            values,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The text they were found in with a `*` for each of their bytes, line ends left, so that
    /// places in it stay the same.
    #[must_use]
    pub fn hide_source<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut bytes = text.as_bytes().to_vec();
        let elsewhere = self
            .values
            .iter()
            .flat_map(|value| occurrences(text, value));
        for place in self.places.iter().cloned().chain(elsewhere) {
            for byte in bytes.get_mut(place).unwrap_or_default() {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
        // Whole characters are replaced.
        Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Another text about the file, such as a message, with `***` in their place.
    #[must_use]
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = Cow::Borrowed(text);
        for value in &self.values {
            let found: Vec<Range<usize>> = occurrences(&hidden, value).collect();
            if found.is_empty() {
                continue;
            }
            let mut shown = String::with_capacity(hidden.len());
            let mut at = 0;
            for place in found {
                shown.push_str(hidden.get(at..place.start).unwrap_or_default());
                shown.push_str("***");
                at = place.end;
            }
            shown.push_str(hidden.get(at..).unwrap_or_default());
            hidden = Cow::Owned(shown);
        }
        hidden
    }
}

/// The part of a value that a shell takes for it where no quotes are: `ENV` takes it whole.
fn shell_word(value: &str) -> &str {
    value.split([';', '&', '|', ')']).next().unwrap_or(value)
}

/// Where `value` stands in `text`. What is a mere word (`postgres`) is its own name elsewhere:
/// it counts where something is set to it.
fn occurrences<'t>(text: &'t str, value: &'t str) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let is_word = value
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'));
    text.match_indices(value)
        .filter(move |(at, _)| {
            let before = text.as_bytes().get(at.wrapping_sub(1));
            !is_word || matches!(before, Some(b'=' | b'"' | b'\''))
        })
        .map(|(at, value)| at..at + value.len())
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    /// `text` as it is shown.
    fn shown(text: &str) -> String {
        let secrets = Secrets::of(text);
        let shown = secrets.hide_source(text).into_owned();
        assert_eq!(shown.len(), text.len());
        shown
    }

    #[test]
    fn values_are_hidden_wherever_they_stand() {
        for (text, want) in [
            ("ENV DB_PASSWORD=hunter2 A=b", "ENV DB_PASSWORD=******* A=b"),
            (
                "ENV DB_PASSWORD hunter2 x\nRUN a",
                "ENV DB_PASSWORD *********\nRUN a",
            ),
            ("arg NPM_TOKEN=\"a b\"", "arg NPM_TOKEN=\"***\""),
            (
                "RUN x --password hunter2 && y",
                "RUN x --password ******* && y",
            ),
            ("RUN x --api-key='hunter2'", "RUN x --api-key='*******'"),
            ("RUN curl -u me:hunter2 x", "RUN curl -u me:******* x"),
            (
                "RUN curl -H 'Authorization: Bearer abc123'",
                "RUN curl -H 'Authorization: Bearer ******'",
            ),
            (
                "RUN git clone https://me:hunter2@x/y",
                "RUN git clone https://me:*******@x/y",
            ),
            (
                "# hunter2\nENV TOKEN=hunter2",
                "# *******\nENV TOKEN=*******",
            ),
            (
                "FROM postgres\nENV PASSWORD=postgres",
                "FROM postgres\nENV PASSWORD=********",
            ),
            ("//r/:_authToken=abc123", "//r/:_authToken=******"),
            (
                "RUN npm config set //r/:_authToken abc123 && x",
                "RUN npm config set //r/:_authToken ****** && x",
            ),
            (
                "RUN composer config http-basic.r me hunter2",
                "RUN composer config http-basic.r me *******",
            ),
            (
                "RUN docker login -u me -p hunter2 r",
                "RUN docker login -u me -p ******* r",
            ),
            (
                "RUN redis-cli -a 'hunter2' ping",
                "RUN redis-cli -a '*******' ping",
            ),
            (
                "RUN echo 'me:hunter2' | chpasswd",
                "RUN echo 'me:*******' | chpasswd",
            ),
            (
                r#"RUN curl --data '{"user": "me", "password": "hunter2"}' x"#,
                r#"RUN curl --data '{"user": "me", "password": "*******"}' x"#,
            ),
            (
                r#"RUN curl -d "{\"api_key\":\"hunter2\"}" x"#,
                r#"RUN curl -d "{\"api_key\":\"*******\"}" x"#,
            ),
            (
                "RUN a -H 'x-api-key:abc1' -H \"AUTHORIZATION: BASIC abc2\"",
                "RUN a -H 'x-api-key:****' -H \"AUTHORIZATION: BASIC ****\"",
            ),
            (
                r#"CMD ["x", "--password", "hunter2", "-u", "me:hunter3"]"#,
                r#"CMD ["x", "--password", "*******", "-u", "me:*******"]"#,
            ),
            (
                "RUN x --password\\\n hunter2 --token  abc1",
                "RUN x --password\\\n hunter2 --token  ****",
            ),
            ("    DB_PASSWORD=é1234", "    DB_PASSWORD=******"),
            (
                "RUN gpg --passphrase hunter2 --passphrase=abc1 x",
                "RUN gpg --passphrase ******* --passphrase=**** x",
            ),
        ] {
            assert_eq!(shown(text), want);
        }
    }

    #[test]
    fn words_of_well_known_commands_are_hidden() {
        for form in [
            "RUN mkdir -p /srv && docker login -u me -p {} r",
            "RUN docker login \\\n    -u me \\\n    -p {} r",
            "RUN docker login \\\n    # why\n    -p {} r",
            "RUN docker login -u me -p{} r",
            "RUN podman login -p\"{}\" r",
            "RUN [\"docker\", \"login\", \"-p\", \"{}\"]",
            "RUN aws configure set aws_session_token {}",
            "RUN aws configure set aws_secret_access_key '{}' --profile x",
            "RUN aws configure set profile.x.aws_session_token {}",
            "RUN yarn config set npmAuthToken {} && yarn",
            "RUN curl -sSf -ume:{} https://example.com/y",
            "RUN curl -u'me:{}' https://example.com/y",
            "RUN mysql -u root -p{} -e 'SELECT 1'",
            "RUN x; /usr/bin/mysqldump -p'{}' db > x.sql",
            "RUN sshpass -p {} ssh -p 2222 me@host",
            "RUN sshpass -p'{}' ssh -p 2222 me@host",
            "RUN twine upload dist/* -u me -p {}",
            "RUN htpasswd -bc /etc/passwords me {}",
            "RUN htpasswd -b -C 12 /etc/passwords me '{}'",
            "RUN htpasswd -nb me {} > x",
            "RUN openssl genrsa -aes256 -passout pass:{} 4096",
            "RUN openssl rsa \\\n  -in a -passin \"pass:{}\" -out b",
            "RUN mysql -e \"CREATE USER 'a' IDENTIFIED BY '{}'\"",
            "RUN mysql -e 'create user a identified with caching_sha2_password by \"{}\"'",
            "RUN psql -c \"ALTER USER a WITH PASSWORD '{}';\"",
            "RUN psql -c \"ALTER USER a WITH ENCRYPTED PASSWORD '{}';\"",
            "RUN echo {} | docker login -u me --password-stdin r",
            "RUN echo -n '{}' | base64 -d|docker login --password-stdin r",
            "RUN printf '%s' \"{}\" | docker login --password-stdin r",
            "RUN echo {} | sudo -S make install",
            "RUN echo a || echo {} | sudo -S make install",
            "RUN echo {} | gpg --batch --passphrase-fd 0 x",
        ] {
            let text = form.replace("{}", "hunter2");
            assert_eq!(shown(&text), form.replace("{}", "*******"));
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        for text in [
            "ENV USE_AUTH=true KEY_FILE=/run/key TOKEN=$TOKEN PASSWORD=",
            "RUN --mount=type=secret,id=token,env=TOKEN ./x --token \"$TOKEN\"",
            "RUN x --password-stdin < y",
            "RUN x=--token abc123 y",
            "RUN docker login -p \"$TOKEN\" && mkdir -p /srv/files",
            "RUN chpasswd < /run/secrets/users",
            r#"RUN echo '{"token": "$TOKEN", "name": "x"}' > y"#,
            "ENV GPG_KEY=0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D",
            "RUN git clone https://me@x:8080/y",
            "ARG NPM_TOKEN\nRUN npm ci",
            "ARG API_KEY API_SECRET\nRUN x",
            "RUN gpg --passphrase-file /run/key --passphrase-fd 0 x",
            "RUN mysql -p db --port 3306 -P3306 < x.sql",
            "RUN mkdir -p x && curl -uname -o file:x https://example.com/y",
            "RUN sshpass -e ssh -p 2222 me@host",
            "RUN htpasswd -c /etc/passwords me",
            "RUN openssl rsa -passin env:PASS -in a",
            "RUN echo $TOKEN | docker login --password-stdin r",
            "RUN echo hello && docker login --password-stdin r < x",
            "RUN echo hello | sudo tee /etc/motd",
            "RUN aws configure set region eu-west-1",
            "RUN psql -c \"ALTER USER a WITH PASSWORD '$PASSWORD'\"",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn keys_are_hidden_over_many_lines() {
        let begin = format!("-----BEGIN {} KEY-----", "PRIVATE");
        let end = format!("-----END {} KEY-----", "PRIVATE");
        let text = format!("COPY <<E /k\n{begin}\nMIIabc+def/\nxyz=\n{end}\nE\n");
        let shown = shown(&text);
        assert!(
            !shown.contains("MIIabc") && !shown.contains("xyz"),
            "{shown}"
        );
        assert!(shown.ends_with("\nE\n"));
    }

    #[test]
    fn other_texts_lose_them_too() {
        let secrets = Secrets::of("ENV A_TOKEN=s3cr3t-value B_TOKEN=s3cr3t-value-2");
        assert_eq!(
            secrets.hide("is s3cr3t-value-2 or s3cr3t-value."),
            "is *** or ***."
        );
    }
}
