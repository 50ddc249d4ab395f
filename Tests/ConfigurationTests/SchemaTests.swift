import ConfigurationSyntax
import Testing

@testable import Configuration

@Suite("The schema")
struct SchemaTests {
  @Test("Every keyword that acts has an action, and no other has one")
  func actions() {
    let schema = Schema.keepalived
    func names(_ block: String) -> [String] {
      schema.keywords.filter { $0.block == block && $0.kind == .keyword && $0.disposition == .acts }.map(\.name)
        .sorted()
    }
    #expect(names("global_defs") == Lowering.globalActions.map(\.name).sorted())
    #expect(names("vrrp_script") == Lowering.scriptActions.map(\.name).sorted())
    #expect(names("bfd_instance") == Lowering.sessionActions.map(\.name).sorted())
    #expect(names("track_file") == Lowering.fileActions.map(\.name).sorted())
    #expect(names("vrrp_track_file") == Lowering.fileActions.map(\.name).sorted())
    #expect(names("vrrp_track_process") == Lowering.processActions.map(\.name).sorted())
    #expect(names("vrrp_probe") == Lowering.probeActions.map(\.name).sorted())
    for kind in Lowering.kinds {
      #expect(names("vrrp_probe/\(kind.name)") == kind.actions.map(\.name).sorted(), "\(kind.name)")
    }
    #expect(names("vrrp_instance") == Lowering.instanceActions.map(\.name).sorted())
    #expect(names("vrrp_instance/authentication") == Lowering.authenticationActions.map(\.name).sorted())
    #expect(names("garp_group") == Lowering.announcementGroupActions.map(\.name).sorted())
    #expect(names("vrrp_instance/auth_hmac") == Lowering.trailerActions.map(\.name).sorted())
    #expect(names("vrrp_sync_group") == Lowering.groupActions.map(\.name).sorted())
  }

  @Test("Every keyword can be found by its path, and its row by its number")
  func paths() throws {
    let schema = Schema.keepalived
    for keyword in schema.keywords where keyword.kind == .keyword {
      let id = try #require(
        schema.grammar.find(path: keyword.block.split(separator: "/").map(String.init) + [keyword.name]))
      #expect(schema.keyword(id) == keyword)
    }
  }

  @Test("Every keyword of every block is read without a trap, alone and with odd words after it")
  func oddWords() {
    let tails = ["", " x", " -1", " 99999999999999999999", " \"\"", " { x }", " {\n}\n", " 1 2 3 4 5"]
    for keyword in Schema.keepalived.keywords where keyword.kind == .keyword {
      for tail in tails {
        let path = keyword.block.split(separator: "/").map { "\($0) n {\n" }.joined()
        let text = path + keyword.name + tail + "\n" + String(repeating: "}\n", count: path.count { $0 == "{" })
        let unknown = load(text).diagnostics.contains {
          $0.id == "unknown-keyword" && $0.message.contains("'\(keyword.name)'")
        }
        #expect(!unknown, "\(keyword.block) \(keyword.name)")
      }
    }
  }
}
