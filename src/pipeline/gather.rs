//! From the inputs folder to linked returns: what is listed, read and linked, and what
//! is remembered of the last edition's problems.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::{Ground, Options};
use crate::digest::{self, Joint, Key};
use crate::error::{AtPath, Error, Result};
use crate::fonts::Fonts;
use crate::guard::Guard;
use crate::inputs::{self, Listing};
use crate::link::{self, Links};
use crate::output::{self, Manifest};
use crate::period::Period;
use crate::problem::Severity;
use crate::problems::{Memory, Waivers, waivers};
use crate::progress::{Progress, Step};
use crate::read::{self, FileRecord, Source};
use crate::reuse::{self, BUILD, Readings};

/// Everything read and linked.
pub struct Gathered {
    pub period: Period,
    /// The quarters of the inputs, ascending.
    pub periods: Vec<Period>,
    /// Digest over the bytes that were read of each listed file; `None` where one is not known.
    pub inputs: Option<Key>,
    pub records: Vec<FileRecord>,
    pub links: Links,
}

/// The inputs before they are read.
pub(super) struct Listed {
    pub period: Period,
    pub listing: Listing,
    /// By position in the listing ([`read::digests`]).
    pub digests: Vec<Option<Key>>,
    /// What earlier runs have read.
    readings: Readings,
}

impl Listed {
    /// Names of the files that no earlier run has read.
    pub fn unread(&self) -> Vec<String> {
        let is_known = |key: &Option<Key>| key.as_ref().is_some_and(|key| self.readings.knows(key));
        let files = names(&self.listing).zip(&self.digests);
        files.filter(|(_, key)| !is_known(key)).map(|(name, _)| name).collect()
    }
}

/// Names of the files as `<period>/<path>`, in the order of the listing.
fn names(listing: &Listing) -> impl Iterator<Item = String> {
    listing.files.iter().map(|file| format!("{}/{}", file.period, file.name))
}

/// Lists every quarter of the inputs and digests the files that an earlier run may have read.
pub(super) fn list(options: &Options, ground: &Ground) -> Result<Listed> {
    let listing = inputs::list(&options.inputs)?;
    let period = choose(&listing, options.period)?;
    let readings = readings(options, ground);
    let digests = read::digests(&listing, &ground.settings, &readings);
    Ok(Listed { period, listing, digests, readings })
}

/// Lists, reads and links every quarter of the inputs.
///
/// # Errors
/// An unreadable inputs folder, or no such quarter in it.
pub fn gather(options: &Options, ground: &Ground, progress: &Progress) -> Result<Gathered> {
    read_listed(list(options, ground)?, options, ground, progress)
}

/// Reads what no earlier run has read, and links everything.
pub(super) fn read_listed(
    listed: Listed,
    options: &Options,
    ground: &Ground,
    progress: &Progress,
) -> Result<Gathered> {
    let Listed { period, listing, digests, readings } = listed;
    let bar = progress.stage(Step::Read, listing.files.len());
    let guard = match options.guarded {
        true => Some(Guard::of_this_program(&ground.templates).at("查找程序自身", Path::new("zhiti"))?),
        false => None,
    };
    let source = guard.as_ref().map_or(Source::Here, Source::Guarded);
    let memory = (digests.as_slice(), &readings);
    let files = read::read_from(source, &listing, memory, (&ground.specs, &ground.settings), &|| bar.tick())?;
    readings.tidy();
    bar.finish();
    let records: Vec<FileRecord> = files.iter().map(|f| f.record.clone()).collect();
    let inputs = read_key(&listing, &records);
    // Of very many files, the records say what is still asked.
    let periods = listing.periods;
    drop(listing.files);
    let links = progress.timed(Step::Link, || link::link(files, &ground.specs, &ground.settings));
    Ok(Gathered { period, periods, inputs, records, links })
}

/// What earlier runs have read, under the same forms, mappings and limits.
fn readings(options: &Options, ground: &Ground) -> Readings {
    let mut joint = Joint::default();
    joint.add(BUILD.as_bytes());
    joint.add(ground.templates.digest_of(&["forms/", "sources/"]).as_bytes());
    joint.add(format!("{:?}{}", ground.settings.read, options.guarded).as_bytes());
    Readings::open(&reuse::folder(&options.workspace), joint.key())
}

/// Everything a run depends on beside the bytes of its inputs.
pub(super) fn surroundings(listed: &Listed, options: &Options, ground: &Ground, fonts: &Fonts) -> Joint {
    let mut joint = Joint::default();
    let mut add = |text: &str| joint.add(text.as_bytes());
    add(BUILD);
    add(&ground.templates.digest());
    add(&ground.settings.digest());
    add(&fonts.identity());
    add(&format!("{} {} {:?}", listed.period, options.guarded, std::path::absolute(&options.inputs).ok()));
    let waivers = std::fs::read(options.workspace.join(waivers::FILE)).unwrap_or_default();
    add(&digest::full(&waivers));
    names(&listed.listing).for_each(|name| add(&name));
    add(&format!("{:?}{:?}", listed.listing.skipped, listed.listing.passed_over));
    for (period, manifest) in output::manifests(&options.outputs) {
        if period != listed.period {
            add(&format!("{period} {}", digest::hex(&manifest)));
        }
    }
    joint
}

/// Everything a run depends on; `None` where the inputs are not known, so that nothing can be known.
pub(super) fn run_key(mut surroundings: Joint, inputs: Option<Key>) -> Option<Key> {
    surroundings.add(&inputs?);
    Some(surroundings.key())
}

/// Digest over the digests of the inputs in the order of the listing; `None` where one is not known.
pub(super) fn inputs_key(inputs: impl IntoIterator<Item = Option<Key>>) -> Option<Key> {
    let mut joint = Joint::default();
    for digest in inputs {
        joint.add(&digest?);
    }
    Some(joint.key())
}

/// The same of the bytes that were read: the files may have changed since they were listed.
fn read_key(listing: &Listing, records: &[FileRecord]) -> Option<Key> {
    let read: HashMap<_, _> = records.iter().map(|r| ((r.period, &r.name), r.sha256)).collect();
    inputs_key(listing.files.iter().map(|file| *read.get(&(file.period, &file.name))?))
}

/// Says every problem in the workspace's words, and where it stands since the last edition.
pub(super) fn remember(gathered: &mut Gathered, options: &Options, ground: &Ground) -> Result<Memory> {
    for problem in gathered.links.problems.values_mut().flatten() {
        ground.wording.apply(problem);
    }
    let waivers = Waivers::load(&options.workspace, gathered.period, &ground.settings.read)?;
    let (period, links) = (gathered.period, &mut gathered.links);
    Ok(Memory::recall(&options.outputs, period, &gathered.records, links, &waivers))
}

fn choose(listing: &Listing, wanted: Option<Period>) -> Result<Period> {
    let newest = listing.periods.last().copied();
    match wanted.or(newest) {
        Some(period) if listing.periods.contains(&period) => not_empty(listing, period),
        Some(period) => {
            let present: Vec<String> = listing.periods.iter().map(Period::to_string).collect();
            Err(Error::usage(format!("报送文件夹中没有 {period}"), format!("现有：{}", present.join("、"))))
        }
        None => Err(Error::usage("报送文件夹中没有任何季度", "请建立 inputs/2025Q1/ 这样的文件夹")),
    }
}

/// A quarter whose folder holds nothing but hidden files was opened too early or by mistake: an edition
/// of it would say that nobody reported. What is there and cannot be opened is told as a problem.
fn not_empty(listing: &Listing, period: Period) -> Result<Period> {
    let has_any = listing.files.iter().any(|f| f.period == period)
        || listing.skipped.iter().any(|s| s.period == period);
    if has_any {
        return Ok(period);
    }
    let message = format!("{period} 的文件夹中没有任何文件");
    Err(Error::usage(message, "请放入材料，或用 --period 指明季度"))
}

/// The inputs must be those the edition was made from, else its figures are not theirs.
pub(super) fn same_inputs(manifest: &Manifest, gathered: &Gathered) -> Result<()> {
    let ours: BTreeMap<String, String> = input_digests(&gathered.records);
    let changed = ours.iter().find(|(name, digest)| manifest.inputs.get(*name) != Some(digest));
    let gone = manifest.inputs.keys().find(|name| !ours.contains_key(*name));
    match changed.map(|(name, _)| name).or(gone) {
        None => Ok(()),
        Some(name) => {
            Err(Error::usage(format!("报送材料在成文之后有变动：{name}"), "请重新运行 `zhiti run` 后再查询"))
        }
    }
}

/// SHA-256 of every input by `<period>/<path>`.
pub(super) fn input_digests(records: &[FileRecord]) -> BTreeMap<String, String> {
    records.iter().map(|r| (format!("{}/{}", r.period, r.name), r.sha256())).collect()
}

/// Counts of the period; found = read + rejected, received = counted + superseded + excluded.
pub fn counts(gathered: &Gathered) -> BTreeMap<String, usize> {
    let own: Vec<&FileRecord> = gathered.records.iter().filter(|r| r.period == gathered.period).collect();
    let returns: Vec<_> = gathered.links.returns.iter().filter(|l| l.ret.period == gathered.period).collect();
    let status =
        |wanted: &dyn Fn(&link::Status) -> bool| returns.iter().filter(|l| wanted(&l.status)).count();
    let problems = gathered.links.problems.get(&gathered.period).map(Vec::as_slice).unwrap_or_default();
    let severity = |s: Severity| problems.iter().filter(|p| p.severity == s).count();
    [
        ("files_found", own.len()),
        ("files_read", own.iter().filter(|r| r.read).count()),
        ("files_rejected", own.iter().filter(|r| !r.read).count()),
        ("forms_left_blank", own.iter().map(|r| r.blank_forms).sum()),
        ("returns_received", returns.len()),
        ("returns_counted", status(&|s| *s == link::Status::Counted)),
        ("returns_superseded", status(&|s| matches!(s, link::Status::Superseded { .. }))),
        ("returns_excluded", status(&|s| *s == link::Status::Excluded)),
        ("problems_error", severity(Severity::Error)),
        ("problems_warning", severity(Severity::Warning)),
        ("problems_info", severity(Severity::Info)),
    ]
    .into_iter()
    .map(|(name, n)| (name.to_owned(), n))
    .collect()
}
