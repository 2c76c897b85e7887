//! Packages from `cargo metadata`: members of the workspace, and everything they are built with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Error;

/// One package in the tree, for the platform that the tests run on.
#[derive(Debug)]
pub struct Package {
    /// Its name, such as `merit-core`.
    pub name: String,
    /// Where its manifest lies.
    pub folder: PathBuf,
    /// Whether it is one of ours.
    pub member: bool,
    /// Ids of what it is built with: normal and build dependencies.
    pub built_with: BTreeSet<String>,
    /// Ids of what only its tests use.
    pub tested_with: BTreeSet<String>,
}

/// All packages by id.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of the workspace's manifest.
    pub root: PathBuf,
    /// Everything in the tree.
    pub packages: BTreeMap<String, Package>,
}

impl Workspace {
    /// Reads the workspace that this crate belongs to.
    ///
    /// # Errors
    /// When `cargo metadata` fails or answers in an unknown form.
    pub fn read() -> Result<Self, Error> {
        let said = cargo(&["metadata", "--format-version=1", "--locked", "--filter-platform", &host()?])?;
        let metadata = serde_json::from_slice(&said).map_err(|error| Error::Form(error.to_string()))?;
        Self::from_metadata(&metadata)
            .ok_or_else(|| Error::Form("cargo metadata has another form than expected".into()))
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        let members = ids(metadata.get("workspace_members")?)?;
        let mut packages = BTreeMap::new();
        for package in metadata.get("packages")?.as_array()? {
            let id = text(package, "id")?;
            let folder = Path::new(&text(package, "manifest_path")?).parent()?.to_owned();
            let name = text(package, "name")?;
            let member = members.contains(&id);
            let (built_with, tested_with) = (BTreeSet::new(), BTreeSet::new());
            packages.insert(id, Package { name, folder, member, built_with, tested_with });
        }
        let mut in_tree = BTreeSet::new();
        for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
            let id = text(node, "id")?;
            let package = packages.get_mut(&id)?;
            in_tree.insert(id);
            for dependency in node.get("deps")?.as_array()? {
                let on = text(dependency, "pkg")?;
                let kinds = dependency.get("dep_kinds")?.as_array()?;
                if kinds.iter().any(|kind| kind.get("kind").and_then(Value::as_str) != Some("dev")) {
                    package.built_with.insert(on);
                } else {
                    package.tested_with.insert(on);
                }
            }
        }
        packages.retain(|id, _| in_tree.contains(id));
        Some(Self { root: text(metadata, "workspace_root")?.into(), packages })
    }

    /// The versions of each package that is really built, for tests too. `cargo metadata` can't tell: it also counts
    /// what an optional feature of a package that is off would bring.
    ///
    /// # Errors
    /// When `cargo tree` fails.
    pub fn versions_built(&self) -> Result<BTreeMap<String, BTreeSet<String>>, Error> {
        let said = cargo(&["tree", "--workspace", "--locked", "--prefix=none", "--format={p}"])?;
        let mut versions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for line in String::from_utf8_lossy(&said).lines() {
            if let Some((name, rest)) = line.split_once(" v") {
                let version = rest.split(' ').next().unwrap_or(rest);
                versions.entry(name.to_owned()).or_default().insert(version.to_owned());
            }
        }
        Ok(versions)
    }

    /// Our own packages.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.member)
    }

    /// Names of our own packages that this one is built or tested with.
    #[must_use]
    pub fn members_under(&self, package: &Package) -> BTreeSet<&str> {
        let ids = package.built_with.union(&package.tested_with);
        ids.filter_map(|id| self.packages.get(id)).filter(|found| found.member).map(|found| &*found.name).collect()
    }

    /// Names of all that this package is built with, directly and through others.
    #[must_use]
    pub fn built_with(&self, package: &Package) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = package.built_with.iter().collect();
        while let Some(id) = open.pop() {
            if let Some(found) = self.packages.get(id)
                && seen.insert(id)
            {
                names.insert(&*found.name);
                open.extend(&found.built_with);
            }
        }
        names
    }
}

/// What cargo answers.
fn cargo(words: &[&str]) -> Result<Vec<u8>, Error> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let said = Command::new(cargo).args(words).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let said = said.map_err(|error| Error::Read("cargo's answer".into(), error))?;
    if said.status.success() {
        Ok(said.stdout)
    } else {
        Err(Error::Cargo(String::from_utf8_lossy(&said.stderr).into()))
    }
}

/// The platform that the compiler builds for by default.
fn host() -> Result<String, Error> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let said = Command::new(rustc).arg("-vV").output().map_err(|error| Error::Read("rustc -vV".into(), error))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| Error::Form("rustc -vV names no host".into()))
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn ids(value: &Value) -> Option<BTreeSet<String>> {
    value.as_array()?.iter().map(|id| id.as_str().map(str::to_owned)).collect()
}
