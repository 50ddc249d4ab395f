import Configuration
import ConfigurationModel
import Glibc
import Testing

@testable import Prober

extension ProberTests {
  /// `init_file`: the number that a tracked file begins with.
  @Suite struct InitialNumberTests {
    @Test("init_file writes over a file only as the service starts, and makes one that is missing at a reload too")
    func initialValue() throws {
      let rig = try TrackedFileRig()
      rig.adopt { $0.initialValue = 3 }
      #expect(try rig.wait(for: [3]))
      rig.scratch.write("value", "5")
      #expect(try rig.wait(for: [3, 5]))
      // A reload that changes the weight, or what would be written.
      rig.adopt({ ($0.initialValue, $0.overwrites, $0.weight) = (4, true, 2) }, isReload: true)
      #expect(rig.scratch.read("value") == "5")
      unlink(rig.path)
      rig.adopt({ ($0.initialValue, $0.weight) = (6, 3) }, isReload: true)
      #expect(rig.scratch.read("value") == "6\n")
      // A file that only the reload brought.
      let other = rig.scratch.path("other")
      rig.scratch.write("other", "44")
      rig.adopt({ ($0.path, $0.initialValue, $0.overwrites) = (other, 8, true) }, isReload: true)
      #expect(rig.scratch.read("other") == "44")

      let start = try TrackedFileRig()
      start.scratch.write("value", "5")
      start.adopt { ($0.initialValue, $0.overwrites) = (7, true) }
      #expect(start.scratch.read("value") == "7\n")
      // A prober that is started again makes none either.
      let again = try TrackedFileRig()
      again.adopt({ ($0.initialValue, $0.overwrites) = (7, true) }, previous: 0)
      #expect(again.scratch.read("value") == "")
    }

    @Test("init_file does not write through a link")
    func initialValueBehindALink() throws {
      let rig = try TrackedFileRig()
      rig.scratch.write("secret", "keep")
      symlink(rig.scratch.path("secret"), rig.scratch.path("value"))
      rig.adopt { ($0.initialValue, $0.overwrites) = (1, true) }
      #expect(rig.scratch.read("secret") == "keep")
    }
  }
}
