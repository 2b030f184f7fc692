//! What an edition holds besides documents: the data, the public edition, the manifest.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::Ground;
use super::gather::{Gathered, input_digests};
use crate::compose::{Case, Scene, cases, summary};
use crate::document::Summary;
use crate::editions::CHANGES;
use crate::error::{Error, Result};
use crate::link::Key;
use crate::metrics::{self, Measured};
use crate::output::Manifest;
use crate::period::Period;
use crate::public::released::Record;
use crate::public::{self, Press, PublicCase, PublicInput, Refusal};
use crate::read::FileRecord;
use crate::reuse::Maker;
use crate::templates::Templates;
use crate::{data, digest};

/// Folder of the public edition.
pub(super) const SITE: &str = "site";

/// Paths below the edition and contents.
type Files = Vec<(String, Vec<u8>)>;

/// Writes `data/`; returns the fingerprint of it, printed in every document.
pub(super) fn write_data(
    maker: &Maker,
    gathered: &Gathered,
    measured: &BTreeMap<Period, Measured>,
    ground: &Ground,
) -> Result<String> {
    let figures = measured.get(&gathered.period).map(|m| m.figures.as_slice()).unwrap_or_default();
    let files = data_files(gathered, figures, ground)?;
    for (path, bytes) in &files {
        maker.write(path, bytes)?;
    }
    Ok(fingerprint_of(&files))
}

/// Everything below `data/`, sorted by path.
pub(super) fn data_files(gathered: &Gathered, figures: &[metrics::Figure], ground: &Ground) -> Result<Files> {
    let mut files = data::parquet_files(&gathered.links, gathered.period, &ground.specs, figures)?;
    files.push(("data/metrics.csv".into(), metrics::csv(figures)?));
    files.sort();
    Ok(files)
}

pub(super) fn fingerprint_of(files: &[(String, Vec<u8>)]) -> String {
    fingerprint(files.iter().map(|(path, bytes)| (path.as_str(), digest::full(bytes))))
}

/// Whether a file says what the data of the period are; what moved since an earlier edition does not.
pub fn is_fingerprinted(path: &str) -> bool {
    path.starts_with("data/") && !CHANGES.contains(&path)
}

/// First digits of the digest over the names and digests of `data/`, sorted by name.
pub fn fingerprint<'a>(files: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut joint = digest::Joint::default();
    for (path, sha256) in files {
        joint.add(path.as_bytes());
        joint.add(sha256.as_bytes());
    }
    let mut text = joint.finish();
    text.truncate(digest::FINGERPRINT_DIGITS);
    text
}

/// Writes the public edition below `site/` and its account beside it, or says why there is none;
/// nothing of it is left in the edition then.
pub(super) fn write_site(
    maker: &Maker,
    scene: &Scene,
    templates: &Templates,
    record: &Record,
) -> Result<Option<String>> {
    match public_edition(maker, scene, templates, record) {
        Ok(account) => {
            account.iter().try_for_each(|(path, bytes)| maker.write(path, bytes))?;
            Ok(None)
        }
        Err(Refusal::Fault(error)) => Err(error),
        Err(refusal) => maker.withdraw(SITE).map(|()| Some(refusal.to_string())),
    }
}

/// Writes the site; returns its account.
fn public_edition(
    maker: &Maker,
    scene: &Scene,
    templates: &Templates,
    record: &Record,
) -> std::result::Result<Files, Refusal> {
    let agreed: Vec<_> = cases(scene).into_iter().filter(|c| c.consent).collect();
    let heads: Vec<PublicCase> = agreed.iter().map(PublicCase::head).collect();
    let input = PublicInput {
        earlier: &record.before,
        editions: &record.editions,
        ..PublicInput::of(scene, templates, &heads)
    };
    let press = SitePress { maker, scene, cases: agreed.iter().map(|case| (&case.key, case)).collect() };
    Ok(public::print(&input, &press)?.files(&input)?)
}

/// Composes each case when its page is made, and writes each page when it is finished.
struct SitePress<'a> {
    maker: &'a Maker<'a>,
    scene: &'a Scene<'a>,
    cases: HashMap<&'a Key, &'a Case<'a>>,
}

impl Press for SitePress<'_> {
    fn summary<'c>(&self, case: &'c PublicCase) -> Result<Cow<'c, Summary>> {
        let case = self.cases.get(&case.key).ok_or_else(|| Error::internal("公开版：没有这个案例"))?;
        Ok(Cow::Owned(summary::summary(self.scene, &case.released())))
    }

    fn take(&self, path: &str, bytes: Vec<u8>) -> Result<()> {
        self.maker.write(&format!("{SITE}/{path}"), &bytes)
    }
}

/// What the manifest says of a run before it knows the outputs.
pub(super) fn manifest(
    period: Period,
    counts: BTreeMap<String, usize>,
    records: &[FileRecord],
    ground: &Ground,
    fingerprint: String,
) -> Manifest {
    Manifest {
        program: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        period: period.to_string(),
        settings: ground.settings.digest(),
        templates: ground.templates.digest(),
        fingerprint,
        counts,
        inputs: input_digests(records),
        documents: BTreeMap::new(),
        outputs: BTreeMap::new(),
    }
}
