import Configuration
import ConfigurationModel
import Glibc
import LabKit
import LinuxSystem
import NIOCore
import NetworkTypes
import Testing

@testable import Probes

/// Whether this process may open sockets for ICMP at all.
private let canEcho: Bool = (try? EchoRequest.socket(.ipv4)) != nil

extension ProbesTests {
  @Suite struct Networks {
    @Test(needs("dnsmasq")) func dnsmasqHealthySickAndHung() async throws {
      let folder = try ServerFolder()
      let port = try freePort()
      let server = try RealServer(
        [
          "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--port=\(port)",
          "--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--group=", "--pid-file=\(folder.path("pid"))",
          "--host-record=www.example.test,192.0.2.7,2001:db8::7", "--txt-record=www.example.test,ready",
          "--mx-host=example.test,mail.example.test,10", "--srv-host=_x._tcp.example.test,www.example.test,80,1,2",
          "--cname=alias.example.test,www.example.test", "--local=/example.test/",
        ], in: folder)
      func question(
        _ name: String, _ type: DNSQuestion.RecordType = .a, _ expected: String...
      ) -> ProbeQuestion { .dns(DNSQuestion(endpoint: local(port), name: name, type: type, expected: expected)) }
      let healthy = await eventually(question("www.example.test"), success: true)
      #expect(
        healthy.words.hasPrefix("dns 127.0.0.1:\(port) www.example.test A: 192.0.2.7 in "), "\(healthy.words)")
      #expect(await ask(question("www.example.test", .aaaa, "2001:db8:0::7")).isSuccess)
      #expect(await ask(question("alias.example.test", .a, "192.0.2.7")).isSuccess, "the alias's address")
      #expect(await ask(question("www.example.test", .txt, "ready")).isSuccess)
      #expect(await ask(question("example.test", .mx, "10 MAIL.example.test.")).isSuccess)
      #expect(await ask(question("_x._tcp.example.test", .srv, "1 2 80 www.example.test")).isSuccess)
      let wrong = await ask(question("www.example.test", .a, "192.0.2.8"))
      #expect(!wrong.isSuccess && wrong.words.contains("192.0.2.7 and not 192.0.2.8"), "\(wrong.words)")
      let unknown = await ask(question("nope.example.test"))
      #expect(!unknown.isSuccess && unknown.words.contains("NXDOMAIN"), "\(unknown.words)")
      let refused = await ask(question("www.example.org"))
      #expect(!refused.isSuccess && refused.words.contains("REFUSED"), "\(refused.words)")
      try server.hang()
      let hung = await ask(question("www.example.test"), timeout: .seconds(2))
      #expect(!hung.isSuccess && hung.words.hasSuffix("no answer within 2 s"), "\(hung.words)")
      server.kill()
      await expectRefusal(question("www.example.test"))
    }

    @Test(.enabled(if: canEcho, "sockets for ICMP are not allowed here"))
    func icmpHealthyAndSilent() async throws {
      let here = try #require(IPAddress("127.0.0.1"))
      let alsoHere = try #require(IPAddress("127.0.0.2"))
      let six = try #require(IPAddress("::1"))
      // An address that is reserved and so has no route or no answer (RFC 1112 section 4).
      let nobody = try #require(IPAddress("240.0.0.1"))
      let one = await ask(.echo(EchoQuestion(targets: [here], quorum: 1)))
      #expect(one.isSuccess && one.words.hasPrefix("icmp 127.0.0.1: answer in "), "\(one.words)")
      #expect(await ask(.echo(EchoQuestion(targets: [here, alsoHere, six], quorum: 3))).isSuccess)
      #expect(await ask(.echo(EchoQuestion(targets: [nobody, here, six], quorum: 2))).isSuccess)
      let few = await ask(.echo(EchoQuestion(targets: [nobody, here], quorum: 2)), timeout: .milliseconds(200))
      #expect(!few.isSuccess && few.words.contains("240.0.0.1"), "\(few.words)")
    }

    @Test func echoesAreToldFromOthers() {
      let request = EchoRequest(family: .ipv4, token: 0x0102_0304_0506_0708)
      var answer = request.bytes
      #expect(!request.isAnswered(by: answer), "that is the question")
      answer[0] = 0
      #expect(request.isAnswered(by: answer))
      #expect(request.isAnswered(by: [0x45] + [UInt8](repeating: 0, count: 19) + answer), "with its IP header")
      #expect(!request.isAnswered(by: Array(answer.dropLast())) && !request.isAnswered(by: []))
      #expect(!request.isAnswered(by: [0x4F]) && !request.isAnswered(by: [0x45, 0]))
      answer[15] ^= 1
      #expect(!request.isAnswered(by: answer))
      // The sum over a right message is all ones (RFC 1071).
      let sum = stride(from: 0, to: 16, by: 2).reduce(0) {
        $0 + Int(request.bytes[$1]) << 8 + Int(request.bytes[$1 + 1])
      }
      #expect((sum & 0xFFFF) + sum >> 16 == 0xFFFF)
    }

    @Test(.enabled(if: LabEnvironment.has(.lab), "not inside a lab; run through `make test`"))
    func arpHealthyAndSilent() async throws {
      let (name, near, far) = ("probe\(getpid() % 10_000)", "near\(getpid() % 10_000)", "far\(getpid() % 10_000)")
      try Command.check(["ip", "netns", "add", name])
      defer {
        _ = try? Command.run(["ip", "netns", "del", name])
        _ = try? Command.run(["ip", "link", "del", near])
      }
      try Command.check(["ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name])
      try Command.check(["ip", "link", "set", near, "up"])
      try Command.check(["ip", "-n", name, "addr", "add", "198.51.100.1/24", "dev", far])
      try Command.check(["ip", "-n", name, "link", "set", far, "up"])
      let there = try #require(IPAddress("198.51.100.1"))
      let healthy = await eventually(.arp(ARPQuestion(target: there, interface: near)), success: true)
      #expect(healthy.words.hasPrefix("arp 198.51.100.1 on \(near): "), "\(healthy.words)")
      let nobody = try #require(IPAddress("198.51.100.2"))
      let silent = await ask(.arp(ARPQuestion(target: nobody, interface: near)), timeout: .milliseconds(200))
      #expect(!silent.isSuccess && silent.words.hasSuffix("no answer within 200 ms"), "\(silent.words)")
      let missing = await ask(.arp(ARPQuestion(target: there, interface: "none0")))
      #expect(!missing.isSuccess && missing.words.contains("none0"), "\(missing.words)")
    }
  }

  @Suite struct Hosts {
    @Test func loadIsComparedAndRead() async {
      let question = LoadQuestion(minutes: 1, most: 2500)
      #expect(question.judge(thousandths: 2500) == .success("load 2.50"))
      #expect(question.judge(thousandths: 12_340) == .failure("load 12.34, more than 2.50"))
      #expect(await ask(.load(LoadQuestion(minutes: 15, most: 1_000_000_000))).isSuccess)
    }

    @Test func disksAreComparedAndRead() async {
      var question = DiskQuestion(path: "/")
      question.free = .perMille(100)
      question.inodes = .count(50)
      question.writable = true
      func judge(_ free: UInt64, _ inodes: UInt64 = 100, _ all: UInt64 = 1000, readOnly: Bool = false) -> Finding {
        question.judge(free: free << 20, total: 1000 << 20, freeInodes: inodes, inodes: all, isReadOnly: readOnly)
      }
      #expect(judge(100) == .success("10.0% free"))
      #expect(judge(99) == .failure("99 MiB (9.9%) free, less than 10%"))
      #expect(judge(500, 49) == .failure("49 inodes (4.9%) free, less than 50"))
      #expect(judge(500, 0, 0).isSuccess, "a file system without inodes of its own")
      #expect(judge(500, readOnly: true) == .failure("mounted read-only"))
      #expect(Amount.perMille(1).isReached(by: .max, of: .max) && !Amount.perMille(500).isReached(by: 0, of: .max))
      #expect(await ask(.disk(DiskQuestion(path: "/"))).isSuccess)
      let missing = await ask(.disk(DiskQuestion(path: "/no/such/path")))
      #expect(!missing.isSuccess && missing.words.contains("No such file"), "\(missing.words)")
    }

    @Test(
      arguments: [
        ("/", false), ("/srv", true), ("/srv/www/x", true), ("/srvx", false), ("/a b/c", true), ("/var/lib", false),
        ("/over", false),
      ])
    func aFileSystemIsReadOnlyItselfOrNot(path: String, isReadOnly: Bool) {
      let table = """
        21 1 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
        22 21 8:2 / /srv rw,relatime shared:2 master:1 - ext4 /dev/sdb ro
        23 21 8:3 / /a\\040b rw - xfs /dev/sdc ro,noquota
        24 21 8:4 / /over rw - ext4 /dev/sdd ro
        25 24 0:5 / /over rw - tmpfs tmpfs rw
        nonsense
        """
      #expect(MountTable.isReadOnly(path, table) == isReadOnly)
    }

    @Test func memoryIsComparedAndRead() async {
      let pressure = """
        some avg10=20.55 avg60=1.00 avg300=0.00 total=1
        full avg10=3.00 avg60=0.00 avg300=0.00 total=1
        """
      let memory = "MemTotal:       1000000 kB\nMemFree: 1 kB\nMemAvailable:    50000 kB\n"
      var question = MemoryQuestion()
      question.some = 205
      #expect(question.judge(pressure: pressure, memory: "") == .success("some 20.5%"))
      question.some = 204
      #expect(question.judge(pressure: pressure, memory: "") == .failure("some 20.5% over 10 s, more than 20.4%"))
      question.window = 60
      question.full = 0
      #expect(question.judge(pressure: pressure, memory: "") == .success("some 1.0%, full 0.0%"))
      #expect(!question.judge(pressure: "nonsense", memory: "").isSuccess)
      var available = MemoryQuestion()
      available.available = .perMille(50)
      #expect(available.judge(pressure: "", memory: memory) == .success("48 MiB (5.0%) available"))
      available.available = .count(64 << 20)
      #expect(available.judge(pressure: "", memory: memory) == .failure("48 MiB (5.0%) available, less than 64M"))
      available.available = .count(1)
      #expect(await ask(.memory(available)).isSuccess)
    }
  }
}
