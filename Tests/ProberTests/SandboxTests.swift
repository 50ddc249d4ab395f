import Configuration
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

private let needsLandlock = ConditionTrait.enabled(
  if: (try? Sandbox(hasNetwork: false)) != nil, "this kernel has no Landlock")
private let needsBash = ConditionTrait.enabled(if: access("/bin/bash", X_OK) == 0, "bash is not installed")

extension ProberTests {
  @Suite struct Sandboxing {
    private func verdict(
      of body: String, _ sandbox: ScriptCheckDefinition.Sandbox, in harness: Harness
    ) throws -> TrackerVerdict? {
      mkdir(harness.scratch.path("files"), 0o755)
      let script = harness.scratch.script("check", "cd \(harness.scratch.path)/files || exit 99\n" + body)
      var check = ScriptCheckDefinition(name: "check", command: CommandDefinition(script))
      check.interval = .seconds(3600)
      check.timeout = .seconds(10)
      check.sandbox = sandbox
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [check]
      try harness.serve(configuration)
      try harness.wait(for: "a verdict") { !harness.verdicts.isEmpty }
      return harness.verdicts.first
    }

    @Test(
      "A script in a sandbox changes no file, and one without it does", needsLandlock,
      arguments: [
        "echo x > new", "echo x >> kept", "rm kept", "mv kept moved", "mkdir folder", "ln -s kept link",
        "chmod 600 kept",
        "touch -d @0 kept", "truncate -s 1 kept", ": > kept",
      ])
    func files(command: String) throws {
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let harness = try Harness()
        mkdir(harness.scratch.path("files"), 0o755)
        harness.scratch.write("files/kept", "some text")
        let state = "cd \(harness.scratch.path("files")) && ls -lAn --time-style=+%s && cat kept"
        func look() -> String {
          guard let pipe = popen(state + " 2>&1", "r") else { return "" }
          defer { pclose(pipe) }
          var buffer = [UInt8](repeating: 0, count: 4096)
          let count = fread(&buffer, 1, buffer.count, pipe)
          return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        let before = look()
        let verdict = try verdict(of: command, sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .off ? .up : .down), "\(sandbox): \(String(describing: verdict))")
        #expect((look() == before) == (sandbox != .off), "\(sandbox): \(look()), before: \(before)")
      }
    }

    @Test(
      "What a check needs goes on in a sandbox", needsLandlock,
      arguments: [
        "cat /etc/passwd > /dev/null", "echo x > /dev/null", "echo x | grep -q x", "kill -0 $$", "test -d /proc/1",
        "grep -q 'NoNewPrivs:.1' /proc/self/status", "ls / > /dev/null", "sleep 0.01 & wait",
      ])
    func ordinary(command: String) throws {
      let harness = try Harness()
      let verdict = try verdict(of: command, .closed, in: harness)
      #expect(verdict?.status == .up, "\(String(describing: verdict))")
    }

    @Test("Root's script has no capability left that changes anything", needsLandlock)
    func capabilities() throws {
      let harness = try Harness()
      let verdict = try verdict(of: "grep CapEff /proc/self/status; exit 1", .closed, in: harness)
      let word = verdict?.reason.split(whereSeparator: { $0 == " " || $0 == "\t" }).last ?? ""
      let held = try #require(UInt64(word, radix: 16), "\(String(describing: verdict))")
      // CAP_DAC_READ_SEARCH and CAP_KILL.
      #expect(held & ~(1 << 2 | 1 << 5) == 0)
    }

    @Test("Only a sandbox that says so has a network", needsLandlock, needsBash)
    func network() throws {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, size) == 0 && listen(listener, 8) == 0 ? getsockname(listener, $0, &size) : -1
        }
      }
      try #require(result == 0)
      let command = "exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(UInt16(bigEndian: address.sin_port))'"
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork, .off] {
        let harness = try Harness()
        let verdict = try verdict(of: command, sandbox, in: harness)
        #expect(verdict?.status == (sandbox == .closed ? .down : .up), "\(sandbox): \(String(describing: verdict))")
        if sandbox == .closed { #expect(verdict?.reason.contains("Operation not permitted") == true) }
      }
    }

    @Test("Where the kernel can make no sandbox the script is refused, and not run without")
    func refusal() throws {
      let scratch = try Scratch()
      let loop = try EventLoop()
      let groups = RunningGroups(try SharedMemory(name: "checks", size: InheritedDescriptor.runningChecksSize))
      let launcher = CommandLauncher(
        loop: loop, drains: OutputDrains(), groups: groups,
        identities: ScriptIdentities(fallback: nil, ownUser: geteuid(), ownGroup: getegid()), isStrict: false
      ) { (_) throws(SystemError) in throw SystemError(operation: "make a sandbox", errno: ENOSYS) }
      let command = CommandDefinition("/usr/bin/touch", scratch.path("ran"))
      for sandbox in [ScriptCheckDefinition.Sandbox.closed, .withNetwork] {
        let refusal = #expect(throws: ScriptIdentities.Refusal.self) {
          _ = try launcher.launch(command, limit: .seconds(10), sandbox: sandbox) { _ in }
        }
        #expect(
          refusal?.description
            == "refused: there is no sandbox: this kernel has no Landlock, or does not let it be used (Function not implemented)"
        )
      }
      #expect(access(scratch.path("ran"), F_OK) != 0)
    }

    @Test("A check dumps no memory, locks little, and cannot become punctual")
    func limits() throws {
      let harness = try Harness()
      let verdict = try verdict(
        of:
          #"echo $(sed -En 's/^Max (core file size|locked memory|realtime priority) +([0-9a-z]+) +([0-9a-z]+) .*/\2 \3/p' /proc/$$/limits); exit 1"#,
        .off, in: harness)
      let words = try #require(verdict?.reason).split(separator: " ").dropFirst(2).map { UInt64($0) }
      try #require(words.count == 6, "\(String(describing: verdict))")
      #expect(words[0] == 0 && words[1] == 0 && words[4] == 0 && words[5] == 0)
      #expect(words[2...3].allSatisfy { $0.map { $0 <= 8 << 20 } == true }, "\(words)")
    }
  }
}
