import Glibc
import LinuxSystem
import Testing

@testable import Supervisor

@Suite struct UnusedLockFilesTests {
  private func directory() throws -> String {
    var template = Array("/tmp/martlet-locks-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(operation: "make directory", errno: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  @Test("Of the lock files of namespaces only those go that nobody uses and nobody has a lock in")
  func goesWhenNobodyUsesIt() throws {
    let directory = try directory()
    func path(_ name: String) -> String { directory + "/" + name }
    let names =
      ["1", "2", "3", "4"].map { "addresses-\($0).lock" } + ["supervisor.lock", "addresses-x.lock", "control.sock"]
    for name in names { _ = try AddressLocks(path: path(name)) }
    let used = try AddressLocks.inUse(path: path("addresses-2.lock")) { () throws(SystemError) in
      try AddressLocks(path: path("addresses-2.lock"))
    }
    // One of a martlet that knows nothing of being in use, and holds an address.
    let held = try AddressLocks(path: path("addresses-3.lock"))
    #expect(try held.acquire("192.0.2.1".utf8) == .acquired)
    #expect(AddressLocks.isHeld(nil, at: path("addresses-3.lock")) == true)
    #expect(AddressLocks.isHeld("192.0.2.1", at: path("addresses-3.lock")) == true)
    #expect(AddressLocks.isHeld("192.0.2.2", at: path("addresses-3.lock")) == false)
    UnusedLockFiles.remove(from: directory, except: "addresses-4.lock")
    #expect(names.filter { !exists(path($0)) } == ["addresses-1.lock"])
    withExtendedLifetime((used, held)) {}
    for name in names { unlink(path(name)) }
    rmdir(directory)
  }

  @Test("Who uses a lock file that was removed and made anew holds the locks of the one that is there")
  func usesTheOneThatIsThere() throws {
    let directory = try directory()
    let path = directory + "/addresses-1.lock"
    _ = try AddressLocks(path: path)
    #expect(AddressLocks.removeUnused(path: path) && !exists(path))
    let first = try AddressLocks.inUse(path: path) { () throws(SystemError) in try AddressLocks(path: path) }
    let second = try AddressLocks.inUse(path: path) { () throws(SystemError) in try AddressLocks(path: path) }
    #expect(try first.acquire("a".utf8) == .acquired)
    #expect(try second.acquire("a".utf8) == .held)
    #expect(!AddressLocks.removeUnused(path: path))
    unlink(path)
    rmdir(directory)
  }
}
