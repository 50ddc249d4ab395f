import Configuration
import ConfigurationModel
import NetworkTypes
import Testing

@testable import Probes

extension ProbesTests {
  @Suite struct DNSMessages {
    private func question(
      _ name: String = "www.example.org", _ type: DNSQuestion.RecordType = .a, _ expected: [String] = []
    ) -> DNSQuestion {
      DNSQuestion(endpoint: .path("/"), name: name, type: type, expected: expected)
    }

    /// An answer to `question` with records whose names point to the question.
    private func answer(_ question: DNSQuestion, id: UInt16 = 7, flags: UInt16 = 0x8180, _ records: [[UInt8]])
      -> [UInt8]
    {
      var bytes = DNSMessage.query(question, id: id)
      bytes[2] = UInt8(flags >> 8)
      bytes[3] = UInt8(flags & 0xFF)
      bytes[7] = UInt8(records.count)
      for data in records {
        bytes += [0xC0, 12, 0, UInt8(question.type.rawValue), 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
      }
      return bytes
    }

    private func judge(_ bytes: [UInt8], _ question: DNSQuestion) throws -> Finding {
      try DNSMessage(reading: bytes, to: question, id: 7).judge(question)
    }

    @Test func theQuestionIsAsRFC1035HasIt() {
      #expect(
        DNSMessage.query(question("a.bc"), id: 0x1234)
          == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 2, 0x62, 0x63, 0, 0, 1, 0, 1])
    }

    @Test func valuesAreRead() throws {
      let www = question()
      #expect(try judge(answer(www, [[192, 0, 2, 7]]), www) == .success("192.0.2.7"))
      let wanting = question("www.example.org", .a, ["192.0.2.9"])
      #expect(try judge(answer(wanting, [[192, 0, 2, 7]]), wanting) == .failure("192.0.2.7 and not 192.0.2.9"))
      let mail = question("example.org", .mx, ["10 Mail.example.org."])
      // Preference 10, mail, then a pointer to the question's name.
      #expect(try judge(answer(mail, [[0, 10, 4, 0x6D, 0x61, 0x69, 0x6C, 0xC0, 12]]), mail).isSuccess)
      let text = question("example.org", .txt, ["ab"])
      #expect(try judge(answer(text, [[1, 0x61, 1, 0x62]]), text).isSuccess)
      let service = question("example.org", .srv, ["1 2 80 example.org"])
      #expect(try judge(answer(service, [[0, 1, 0, 2, 0, 80, 0xC0, 12]]), service).isSuccess)
      let six = question("example.org", .aaaa, ["2001:DB8::1"])
      #expect(try judge(answer(six, [[0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]]), six).isSuccess)
    }

    @Test func codesAndEmptyAnswersFail() throws {
      let www = question()
      #expect(try judge(answer(www, flags: 0x8183, []), www) == .failure("NXDOMAIN"))
      #expect(try judge(answer(www, flags: 0x8185, []), www) == .failure("REFUSED"))
      #expect(try judge(answer(www, []), www) == .failure("no A record"))
    }

    @Test func anAnswerToSomethingElseIsNone() {
      let www = question()
      #expect(throws: DNSMessage.Flaw.other) { try judge(answer(www, id: 8, [[192, 0, 2, 7]]), www) }
      #expect(throws: DNSMessage.Flaw.other) { try judge(answer(www, flags: 0x0180, [[192, 0, 2, 7]]), www) }
      #expect(throws: DNSMessage.Flaw.other) { try judge(answer(question("www.example.com"), [[192, 0, 2, 7]]), www) }
      #expect(throws: DNSMessage.Flaw.other) { try judge([], www) }
    }

    @Test func whatCannotBeReadIsNoAnswer() {
      let www = question()
      #expect(throws: DNSMessage.Flaw.malformed) { try judge(answer(www, [[192, 0, 2]]), www) }
      var short = answer(www, [[192, 0, 2, 7]])
      short.removeLast()
      #expect(throws: DNSMessage.Flaw.malformed) { try judge(short, www) }
      let host = question("example.org", .cname)
      // A name that points at itself, one at what stands behind it, and one that never ends.
      for data: [UInt8] in [[0xC0, 41], [0xC0, 200], [0x40], [63, 1]] {
        #expect(throws: DNSMessage.Flaw.malformed) { try judge(answer(host, [data]), host) }
      }
    }

    @Test func bytesOfAnyKindAreTakenWithoutATrap() {
      var generator = SystemRandomNumberGenerator()
      for type in DNSQuestion.RecordType.allCases {
        let asked = question("a.b", type)
        let good = answer(asked, [[UInt8](repeating: 4, count: 24)])
        for _ in 0..<2000 {
          var bytes = good
          for _ in 0..<Int.random(in: 1...6, using: &generator) {
            bytes[Int.random(in: 2..<bytes.count, using: &generator)] = UInt8.random(
              in: .min ... .max, using: &generator)
          }
          bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
          _ = try? DNSMessage(reading: bytes, to: asked, id: 7).judge(asked)
        }
      }
    }
  }
}
