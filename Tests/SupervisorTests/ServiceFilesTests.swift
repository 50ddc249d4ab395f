import ControlModel
import Glibc
import LinuxSystem
import Testing

@testable import Supervisor

/// Root's service, and what processes of the service's user could get at.
@Suite(.serialized, .enabled(if: mayChangeOwners, "only root gives files away, and only in a /run of its own"))
struct ServiceFilesTests {
  private static let owner: UInt32 = 64_099

  private func inspect(_ path: String) throws -> stat {
    var status = stat()
    try #require(lstat(path, &status) == 0, "\(path)")
    return status
  }

  private func options(_ directory: String) -> SupervisorOptions {
    var options = SupervisorOptions(configurationPath: "/nowhere.conf", runtimeDirectory: directory)
    // Somebody who exists on every host.
    options.user = "nobody"
    return options
  }

  private func open(_ directory: String) throws -> ServiceFiles {
    try ServiceFiles(options(directory), SupervisorLog(format: .text, isSilent: true))
  }

  /// The lock files in a directory.
  private func locks(in directory: String) throws -> [String] {
    let entries = try #require(opendir(directory))
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".lock") { names.append(name) }
    }
    return names.sorted()
  }

  private func withDirectory(_ body: (String) throws -> Void) throws {
    let path = SupervisorOptions.usualRuntimeDirectory + "-files-\(getpid())"
    defer {
      for name in (try? locks(in: path)) ?? [] { unlink(path + "/" + name) }
      rmdir(path)
    }
    try body(path)
  }

  @Test("A directory that root makes is root's, with all lock files in it")
  func rootKeepsWhatItMakes() throws {
    try withDirectory { path in
      let files = try open(path)
      for name in ["", "/" + ServiceLock.file] {
        let status = try inspect(path + name)
        #expect(status.st_uid == 0 && status.st_gid == 0 && status.st_mode & 0o077 == 0, "\(name)")
      }
      for name in try locks(in: SupervisorOptions.usualRuntimeDirectory) where name.hasPrefix("addresses-") {
        #expect(try inspect(SupervisorOptions.usualRuntimeDirectory + "/" + name).st_uid == 0)
      }
      withExtendedLifetime(files) {}
    }
  }

  @Test("One of the service's user becomes root's, and who has its lock file open keeps no later service from starting")
  func rootTakesOver() throws {
    try withDirectory { path in
      try #require(mkdir(path, 0o700) == 0 && chown(path, Self.owner, Self.owner) == 0)
      let lock = path + "/" + ServiceLock.file
      let surviving = try AddressLocks(path: lock)
      try #require(chown(lock, Self.owner, Self.owner) == 0)
      do {
        let files = try open(path)
        for name in [path, lock] { #expect(try inspect(name).st_uid == 0, "\(name)") }
        #expect(try surviving.acquire(ServiceLock.key.utf8) == .acquired)
        // And a second service is still refused.
        #expect(throws: ServiceFiles.Refusal.self) { try open(path) }
        withExtendedLifetime(files) {}
      }
      withExtendedLifetime(try open(path)) {}
    }
  }

  @Test("A service of that user, which runs there, keeps its directory")
  func oneThatRunsIsLeftAlone() throws {
    try withDirectory { path in
      try #require(mkdir(path, 0o700) == 0 && chown(path, Self.owner, Self.owner) == 0)
      let lock = path + "/" + ServiceLock.file
      let running = try AddressLocks(path: lock)
      try #require(chown(lock, Self.owner, Self.owner) == 0)
      #expect(try running.acquire(ServiceLock.key.utf8) == .acquired)
      #expect(throws: ServiceFiles.Refusal.self) { try open(path) }
      for name in [path, lock] { #expect(try inspect(name).st_uid == Self.owner, "\(name)") }
      withExtendedLifetime(running) {}
    }
  }
}

/// Whether this process is root in namespaces of its own, with a /run that is nobody else's.
private let mayChangeOwners = geteuid() == 0 && getenv("MARTLET_LAB") != nil
