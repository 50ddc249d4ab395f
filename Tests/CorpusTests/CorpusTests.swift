import Configuration
import ConfigurationSyntax
import Glibc
import Testing

/// The corpus of real configurations beside the project, if it is there.
enum Corpus {
  /// One row of `verdicts.tsv`.
  struct Entry: Sendable {
    var file: String
    /// What keepalived said: clean, warnings, rejected or tool_failure.
    var verdict: String
    var configurationID: String?
    var firstProblem: String
  }

  static let root: String = {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/../shared/corpus"
  }()

  static var isPresent: Bool { access(root + "/verdicts.tsv", R_OK) == 0 }

  static func entries() throws -> [Entry] {
    let text = String(decoding: try DiskSourceFiles().read(root + "/verdicts.tsv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Entry(
        file: fields[0], verdict: fields[1], configurationID: fields.count > 16 ? fields[16] : nil,
        firstProblem: fields.count > 3 ? fields[3] : "")
    }
  }
}

@Suite("Corpus of real configurations", .enabled(if: Corpus.isPresent, "../shared/corpus is not there"))
struct CorpusTests {
  @Test("Every file is read to its end, and what keepalived calls clean is not refused")
  func wholeCorpus() throws {
    var counts: [String: (accepted: Int, warned: Int, refused: Int)] = [:]
    var refused: [String] = []
    var silent: [String] = []
    for entry in try Corpus.entries() {
      let path = Corpus.root + "/files/" + entry.file
      let loaded = ConfigurationLoader.load(
        path: path, files: DiskSourceFiles(), configurationID: entry.configurationID)
      var count = counts[entry.verdict, default: (0, 0, 0)]
      if loaded.hasErrors {
        count.refused += 1
      } else if loaded.count(of: .warning) > 0 {
        count.warned += 1
      } else {
        count.accepted += 1
        if entry.verdict != "clean" { silent.append("\(entry.file) (\(entry.verdict)): \(entry.firstProblem)") }
      }
      counts[entry.verdict] = count
      if loaded.hasErrors, entry.verdict == "clean" {
        let first = loaded.diagnostics.first { $0.severity == .error }
        refused.append("\(entry.file):\(first?.range?.line ?? 0): [\(first?.id ?? "")] \(first?.message ?? "")")
      }
    }
    for (verdict, count) in counts.sorted(by: { $0.key < $1.key }) {
      print(
        "corpus: \(verdict): \(count.accepted) without a finding, \(count.warned) with warnings, \(count.refused) refused"
      )
    }
    for line in refused { print("corpus: clean for keepalived and refused here: \(line)") }
    for line in silent { print("corpus: a finding of keepalived's and none here: \(line)") }
  }
}
