import ConfigurationModel
import ConfigurationSyntax
import Testing
import VRRPCore

@testable import Configuration

@Suite("The schema")
struct SchemaTests {
  @Test("Every keyword that acts has an action; one without effect has one only to be checked, and LVS has none")
  func actions() {
    let schema = Schema.keepalived
    func compare(_ block: String, _ actions: [String]) {
      let rows = schema.keywords.filter { $0.block == block && $0.kind == .keyword }
      let acting = Set(rows.filter { $0.disposition == .acts }.map(\.name))
      let others = Set(rows.filter { $0.disposition != .acts && $0.disposition != .notManaged }.map(\.name))
      #expect(acting.isSubset(of: actions), "\(block) lacks \(acting.subtracting(actions))")
      #expect(Set(actions).isSubset(of: acting.union(others)), "\(block): \(Set(actions).subtracting(acting))")
      #expect(Set(actions).count == actions.count)
    }
    compare("", Lowering.topActions.map(\.name))
    func compare<Model>(_ block: Block<Model>) { compare(block.path.joined(separator: "/"), block.actions.map(\.name)) }
    compare(Block.script)
    compare(Block.session)
    compare(Block.file("track_file"))
    compare(Block.file("vrrp_track_file"))
    compare(Block.process)
    compare(Block.probe)
    compare(Block.global)
    compare(Block.instance)
    compare(Block.authentication)
    compare(Block.trailer)
    compare(Block.group)
    for kind in ProbeKind.all { compare("vrrp_probe/\(kind.name)", kind.actions) }
    compare(Block.announcementGroup)
  }

  @Test("Every kind of tracker has its block in routers and groups, with rows for the block's lines")
  func trackBlocks() {
    let kinds = TrackerKind.allCases.filter { $0 != .group }.map(\.block)
    #expect(Set(Schema.trackingKeywords(changing: "").map(\.name)).symmetricDifference(kinds) == [])
    let blocks = Set(Schema.keepalived.keywords.map(\.block))
    for kind in kinds {
      #expect(Set(["vrrp_instance/\(kind)", "vrrp_sync_group/\(kind)"]).subtracting(blocks) == [])
    }
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

  @Test("What follows a keyword is notation: values in capitals, one pair of braces for a block, and no words about it")
  func notation() {
    for keyword in Schema.keepalived.keywords {
      let arguments = keyword.arguments
      let words = arguments.split { !$0.isLetter && $0 != "_" }
      let remarks = words.filter { ["flag", "as", "same", "before", "block", "nothing", "value"].contains($0) }
      #expect(remarks.isEmpty, "\(keyword.block) \(keyword.name): \(arguments)")
      let braces = arguments.filter { "{}".contains($0) }
      let hasBlock = keyword.kind == .keyword && [.block, .values, .target].contains(keyword.form)
      #expect(braces == (hasBlock ? "{}" : ""), "\(keyword.block) \(keyword.name): \(arguments)")
    }
  }

  @Test(
    "A block that needs a name says so in its notation",
    arguments: Schema.keepalived.keywords.filter {
      $0.block.isEmpty && $0.name != "virtual_server" && [.block, .values].contains($0.form)
    }.map(\.name))
  func names(name: String) throws {
    let keyword = try #require(Schema.keepalived.keywords.first { $0.block.isEmpty && $0.name == name })
    let needsName = load("\(name) {\n}\n").diagnostics.contains { $0.id == "missing-name" }
    #expect(keyword.arguments.hasPrefix("NAME {") == needsName, "\(name): \(keyword.arguments)")
  }

  @Test("What a keyword does is one short sentence, which begins with a verb and stands in its block once")
  func meanings() {
    for (block, rows) in Dictionary(grouping: Schema.keepalived.keywords, by: \.block) {
      for row in rows {
        let verb = row.meaning.prefix { $0 != " " }
        #expect(row.meaning.count <= 110, "\(block) \(row.name): \(row.meaning.count)")
        #expect(verb.first?.isUppercase == true && verb.last == "s", "\(block) \(row.name): \(row.meaning)")
        #expect(row.meaning.last?.isPunctuation == false || row.meaning.hasSuffix(")"), "\(block) \(row.name)")
        let others = rows.filter { $0.meaning == row.meaning && $0.name != row.name }.map(\.name)
        #expect(others.isEmpty, "\(block): \(row.name) and \(others)")
      }
    }
  }

  @Test("Every row has a page, which is found by its name and block and says what it does and what becomes of it")
  func pages() {
    let schema = Schema.keepalived
    for keyword in schema.keywords {
      let path = "\(keyword.block)/\(keyword.name)"
      #expect(schema.entries(path).contains(keyword), "\(path)")
      let page = schema.page(of: keyword)
      #expect(page.hasPrefix("\(keyword.usage)\n  \(keyword.meaning.prefix(40))"))
      #expect(page.contains("\n\n  in        ") && page.contains("\n  since     "))
      #expect(page.contains("\n  martlet   ") == (keyword.disposition != .acts))
      let lines = page.split(separator: "\n").dropFirst()
      #expect(lines.allSatisfy { $0.utf8.count <= 80 || !$0.dropFirst(12).contains(" ") }, "\(page)")
    }
    #expect(schema.entries("/linkbeat_use_polling").map(\.block) == [""])
    #expect(schema.entries("").isEmpty && schema.entries("/").isEmpty && schema.entries("no_such").isEmpty)
  }

  @Test(
    "A misspelt name is met with the one that was meant",
    arguments: [
      ("advert_itn", "advert_int"), ("Priority", "priority"), ("vrrp_script/priority", "priority"), ("/", nil),
      ("", nil), ("qqqqqqqqqqqq", nil),
    ])
  func nearest(name: String, meant: String?) {
    #expect(Schema.keepalived.nearest(to: name) == meant)
  }
}
