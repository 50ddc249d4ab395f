import Configuration
import ConfigurationModel
import NetworkTypes
import Testing

@testable import Probes

extension ProbesTests {
  /// The protocols apart from any socket.
  @Suite struct Conversations {
    /// Plays what a server says, piece by piece, and tells what was said to it and what came of it.
    private func play(_ conversation: any Conversation, _ pieces: [[UInt8]]) -> (said: [String], finding: Finding?) {
      var conversation = conversation
      var said: [String] = []
      var unread: [UInt8] = []
      func take(_ step: Step) -> Finding? {
        switch step {
        case .wait: return nil
        case .say(let bytes):
          said.append(String(decoding: bytes, as: UTF8.self))
          return nil
        case .done(let finding, let farewell):
          if !farewell.isEmpty { said.append(String(decoding: farewell, as: UTF8.self)) }
          return finding
        }
      }
      if let finding = take(conversation.begin()) { return (said, finding) }
      for piece in pieces {
        unread += piece
        if let finding = take(conversation.hear(&unread)) { return (said, finding) }
      }
      return (said, nil)
    }

    private func play(_ conversation: any Conversation, _ pieces: [String]) -> (said: [String], finding: Finding?) {
      play(conversation, pieces.map { Array($0.utf8) })
    }

    @Test func smtpGreetsAndLeaves() {
      let played = play(
        SMTPConversation(name: "probe.example"), ["220-hello\r\n", "220 there\r\n", "250-a\r\n250 b\r\n"])
      #expect(played.said == ["EHLO probe.example\r\n", "QUIT\r\n"])
      #expect(played.finding == .success("250"))
    }

    @Test(
      arguments: [
        (["554 no\r\n"], "greeting \"554 no\""), (["220 a\r\n", "421 busy\r\n"], "EHLO \"421 busy\""),
        (["SSH-2.0\r\n"], "\"SSH-2.0\", which is not SMTP"), (["\r\n"], "\"\", which is not SMTP"),
        (["999 x\r\n"], "\"999 x\", which is not SMTP"),
      ])
    func smtpIsRefused(pieces: [String], words: String) {
      #expect(play(SMTPConversation(name: "a"), pieces).finding == .failure(words))
    }

    @Test(
      arguments: [
        (nil, ["+PONG\r\n"], Finding.success("PONG")),
        (nil, ["-NOAUTH Authentication required.\r\n"], .success("NOAUTH")),
        (.primary, ["-NOAUTH Authentication required.\r\n"], .failure("NOAUTH Authentication required.")),
        (nil, ["-LOADING Redis is loading\r\n"], .failure("LOADING Redis is loading")),
        (nil, ["HTTP/1.1 400\r\n"], .failure("\"HTTP/1.1 400\", which is not Redis")),
        (.primary, ["+PONG\r\n", "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"], .success("role master")),
        (.primary, ["+PONG\r\n", "*5\r\n$5\r\nslave\r\n"], .failure("role slave, not master")),
        (.replica, ["+PONG\r\n", "*5\r\n$5\r\nslave\r\n"], .success("role slave")),
        (.replica, ["+PONG\r\n", ":5\r\n:6\r\n:7\r\n"], .failure("\":5\" for a role")),
      ] as [(ServerRole?, [String], Finding)])
    func redis(role: ServerRole?, pieces: [String], finding: Finding) {
      #expect(play(RedisConversation(role: role), pieces).finding == finding)
    }

    /// A message of PostgreSQL's with its length.
    private func message(_ type: String, _ body: [UInt8]) -> [UInt8] {
      Array(type.utf8) + [0, 0, UInt8((body.count + 4) >> 8), UInt8((body.count + 4) & 0xFF)] + body
    }

    @Test func postgresql() {
      let error = Array("SFATAL\0C57P03\0Mthe database system is starting up\0\0".utf8)
      let denied = Array("SFATAL\0C28P01\0Mpassword authentication failed\0\0".utf8)
      let standby = Array("in_hot_standby\0on\0".utf8)
      func ask(_ role: ServerRole?, _ pieces: [[UInt8]]) -> Finding? {
        play(PostgreSQLConversation(PostgreSQLQuestion(endpoint: .path("/s"), role: role)), pieces).finding
      }
      let isIn = message("R", [0, 0, 0, 0])
      let isReady = message("Z", [UInt8(ascii: "I")])
      #expect(ask(nil, [isIn]) == .success("answers"))
      #expect(ask(nil, [message("R", [0, 0, 0, 10])]) == .success("answers"))
      #expect(ask(nil, [message("E", denied)]) == .success("28P01 password authentication failed"))
      #expect(ask(nil, [message("E", error)]) == .failure("57P03 the database system is starting up"))
      #expect(ask(.primary, [isIn + message("S", standby) + isReady]) == .failure("is a replica"))
      #expect(ask(.replica, [isIn, message("S", standby), isReady]) == .success("replica"))
      #expect(ask(.primary, [isIn, isReady])?.isSuccess == false)
      #expect(ask(.primary, [message("R", [0, 0, 0, 10])])?.isSuccess == false)
      #expect(ask(nil, [[0x52, 0xFF, 0xFF, 0xFF, 0xFF]])?.isSuccess == false)
      #expect(ask(nil, [[0x52, 0, 0, 0, 0]])?.isSuccess == false)
    }

    @Test func mysql() {
      func packet(_ body: [UInt8], _ sequence: UInt8 = 0) -> [UInt8] { [UInt8(body.count), 0, 0, sequence] + body }
      let greeting = packet([10] + Array("10.11.6-MariaDB\0".utf8) + [UInt8](repeating: 1, count: 20))
      let denied = packet([0xFF, 0x15, 0x04] + Array("#28000Access denied".utf8), 2)
      func ask(_ pieces: [[UInt8]]) -> (said: [String], finding: Finding?) {
        play(MySQLConversation(user: "probe"), pieces)
      }
      #expect(ask([greeting, denied]).finding == .success("1045 Access denied"))
      #expect(ask([greeting, packet([0, 0, 0], 2)]).finding == .success("10.11.6-MariaDB"))
      #expect(
        ask([greeting, packet([0xFE, 0x61, 0], 2), denied]).said.count == 2, "another way to log in is declined")
      #expect(
        ask([packet([0xFF, 0x10, 0x04] + Array("Too many connections".utf8))]).finding
          == .failure("1040 Too many connections"))
      let stranger = packet([0xFF, 0x6A, 0x04] + Array("Host is not allowed".utf8))
      #expect(ask([stranger]).finding == .success("1130 Host is not allowed"), "it answers, though not to us")
      #expect(ask([[0xFF, 0xFF, 0xFF, 0]]).finding?.isSuccess == false)
      #expect(ask([[0, 0, 0, 0]]).finding?.isSuccess == false)
      #expect(ask([packet([10])]).finding?.isSuccess == false)
    }

    private static let head = "# pxname,svname,qcur,status,weight,\n"

    @Test(
      arguments: [
        ("web,s1,0,UP,1,\nweb,s2,0,DOWN,1,\n\n", 1, Finding.success("1 up")),
        ("web,s1,0,UP,1,\nweb,s2,0,DOWN,1,\n\n", 2, .failure("1 of 2 servers up, not 2")),
        ("web,s1,0,UP 1/3,1,\nweb,s2,0,no check,1,\n\n", 2, .success("2 up")),
        ("web,s1,0,MAINT,1,\nweb,s2,0,DRAIN,1,\n\n", 1, .failure("0 of 2 servers up, not 1")),
        ("other,s1,0,UP,1,\n\n", 1, .failure("no backend of this name, or none of its servers, is there")),
        ("web,BACKEND,0,UP,1,\n\n", 1, .failure("no backend of this name, or none of its servers, is there")),
        ("short\nweb\n,,,\n\n", 1, .failure("no backend of this name, or none of its servers, is there")),
      ] as [(String, Int, Finding)])
    func haproxy(rows: String, servers: Int, finding: Finding) {
      let played = play(HAProxyConversation(backend: "web", servers: servers), [Self.head + rows])
      #expect(played.said == ["show stat web 4 -1\n"] && played.finding == finding)
      let bytes = (Self.head + rows).utf8.map { [$0] }
      #expect(play(HAProxyConversation(backend: "web", servers: servers), bytes).finding == finding)
    }

    @Test func garbageNeverTrapsAndNeverPasses() throws {
      var generator = SystemRandomNumberGenerator()
      let make: [() -> any Conversation] = [
        { SMTPConversation(name: "a") }, { RedisConversation(role: .primary) },
        { PostgreSQLConversation(PostgreSQLQuestion(endpoint: .path("/s"), role: .primary)) },
        { MySQLConversation(user: "a") }, { HAProxyConversation(backend: "web", servers: 1) },
      ]
      for round in 0..<2000 {
        var pieces: [[UInt8]] = []
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let count = Int.random(in: 0...64, using: &generator)
          pieces.append((0..<count).map { _ in UInt8.random(in: round % 2 == 0 ? 0...255 : 0...70, using: &generator) })
        }
        for conversation in make {
          var last = conversation()
          #expect(play(last, pieces).finding?.isSuccess != true)
          #expect(!last.hangUp(pieces.flatMap { $0 }).isSuccess)
        }
      }
    }

    @Test(
      arguments: [
        (["ok"], [Array("o".utf8), Array("k\n".utf8)], Finding.success("\"ok.\"")),
        (["ok"], [Array("no".utf8)], nil),
      ] as [([String], [[UInt8]], Finding?)])
    func sendAndExpect(texts: [String], pieces: [[UInt8]], finding: Finding?) throws {
      let patterns = try Patterns(compiling: texts.map { TextPattern($0) })
      #expect(play(SendAndExpect(send: Array("hi".utf8), patterns: patterns), pieces).finding == finding)
    }
  }
}
