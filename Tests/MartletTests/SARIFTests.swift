import Foundation
import Testing

@testable import martlet

/// The shape of the SARIF log, by the standard's requirements (SARIF 2.1.0, OASIS, sections 3.13 to 3.57).
@Suite(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests")) struct SARIFTests {
  private typealias Object = [String: Any]

  private func run(_ text: String, name: String = "a b.conf", others: [String: String] = [:]) throws -> (Object, String)
  {
    let scratch = try Scratch()
    for (name, text) in others { _ = try scratch.file(name, text) }
    let file = try scratch.file(name, text)
    let outcome = try Running.martlet(["check", "--no-host", "--format", "sarif", file])
    let log = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? Object)
    #expect(Set(log.keys) == ["$schema", "version", "runs"])
    #expect(log["version"] as? String == "2.1.0")
    #expect((log["$schema"] as? String)?.hasSuffix("sarif-2.1.0.json") == true)
    let runs = try #require(log["runs"] as? [Object])
    #expect(runs.count == 1)
    return (runs[0], file)
  }

  private func checkText(_ object: Any?, sourceLocation: SourceLocation = #_sourceLocation) {
    let text = (object as? Object)?["text"] as? String
    #expect(text?.isEmpty == false, sourceLocation: sourceLocation)
  }

  private func checkRegion(_ object: Any?) throws {
    let region = try #require(object as? Object)
    let line = try #require(region["startLine"] as? Int)
    #expect(line >= 1)
    if let column = region["startColumn"] as? Int { #expect(column >= 1) }
    if let end = region["endLine"] as? Int { #expect(end >= line) }
    if region["endLine"] == nil, let end = region["endColumn"] as? Int {
      #expect(end >= (region["startColumn"] as? Int ?? 1))
    }
  }

  private func checkArtifact(_ object: Any?, bases: Object) throws {
    let location = try #require(object as? Object)
    let uri = try #require(location["uri"] as? String)
    #expect(!uri.contains(" "))
    if let base = location["uriBaseId"] as? String {
      #expect(bases[base] != nil && !uri.hasPrefix("/"))
    } else {
      #expect(uri.hasPrefix("file:///"))
    }
  }

  private func checkLocation(_ object: Any, bases: Object) throws {
    let location = try #require(object as? Object)
    let physical = try #require(location["physicalLocation"] as? Object)
    try checkArtifact(physical["artifactLocation"], bases: bases)
    try checkRegion(physical["region"])
    if location["message"] != nil { checkText(location["message"]) }
  }

  private func checkFix(_ fix: Object, bases: Object) throws {
    checkText(fix["description"])
    let changes = try #require(fix["artifactChanges"] as? [Object])
    #expect(!changes.isEmpty)
    for change in changes {
      try checkArtifact(change["artifactLocation"], bases: bases)
      let replacements = try #require(change["replacements"] as? [Object])
      #expect(!replacements.isEmpty)
      for replacement in replacements {
        try checkRegion(replacement["deletedRegion"])
        #expect((replacement["insertedContent"] as? Object)?["text"] is String)
      }
    }
  }

  private func checkRun(_ run: Object) throws -> [Object] {
    let driver = try #require((run["tool"] as? Object)?["driver"] as? Object)
    #expect(driver["name"] as? String == "martlet")
    let rules = try #require(driver["rules"] as? [Object])
    let ids = rules.compactMap { $0["id"] as? String }
    #expect(ids.count == rules.count && Set(ids).count == ids.count && ids.count > 120)
    for rule in rules {
      for name in ["shortDescription", "fullDescription", "help"] { checkText(rule[name]) }
      let level = (rule["defaultConfiguration"] as? Object)?["level"] as? String
      #expect(["note", "warning", "error"].contains(level))
    }
    #expect(run["columnKind"] as? String == "unicodeCodePoints")
    let bases = try #require(run["originalUriBaseIds"] as? Object)
    for base in bases.values { #expect(((base as? Object)?["uri"] as? String)?.hasSuffix("/") == true) }
    let results = try #require(run["results"] as? [Object])
    for result in results {
      let id = try #require(result["ruleId"] as? String)
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(ids.indices.contains(index) && ids[index] == id)
      #expect(["note", "warning", "error"].contains(result["level"] as? String))
      checkText(result["message"])
      for name in ["locations", "relatedLocations"] {
        for location in result[name] as? [Any] ?? [] { try checkLocation(location, bases: bases) }
      }
      let related = (result["relatedLocations"] as? [Object] ?? []).compactMap { $0["id"] as? Int }
      #expect(Set(related).count == (result["relatedLocations"] as? [Object] ?? []).count)
      for fix in result["fixes"] as? [Object] ?? [] { try checkFix(fix, bases: bases) }
    }
    return results
  }

  @Test func aCleanFileHasRulesAndNoResults() throws {
    #expect(try checkRun(run(Sample.router(extra: Sample.signature)).0).isEmpty)
  }

  @Test func findingsHavePlacesNotesAndFixes() throws {
    let text =
      "include other.conf\n$I=ethernet-interface-0\n"
      + Sample.router(interface: "$I", extra: "no_preempt\n  track_interface {\n    eth1\n    eth1\n  }\n  ü {")
    let (run, file) = try run(text, others: ["other.conf": "nonsense é x\n"])
    let results = try checkRun(run)
    let byRule = Dictionary(grouping: results) { $0["ruleId"] as? String ?? "" }
    #expect(byRule["unknown-keyword"]?.count == 3)
    // The include and the definition's use are related places.
    #expect(byRule["unknown-keyword"]?.contains { ($0["relatedLocations"] as? [Any])?.count == 1 } == true)
    #expect((byRule["interface-name"]?.first?["relatedLocations"] as? [Any])?.count == 1)
    #expect((byRule["tracked-twice"]?.first?["fixes"] as? [Any])?.count == 1)
    let place = try #require(
      ((results.first { $0["ruleId"] as? String == "tracked-twice" }?["locations"] as? [Object])?.first?[
        "physicalLocation"]
        as? Object)?["artifactLocation"] as? Object)
    #expect(place["uri"] as? String == "file://" + file.replacing(" ", with: "%20"))
  }

  @Test func filesBelowTheWorkingDirectoryAreRelative() {
    let addresses = FileAddresses(workingDirectory: "/srv/a b")
    #expect(addresses.baseAddress == "file:///srv/a%20b/")
  }
}
