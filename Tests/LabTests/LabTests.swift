import LabKit
import Testing

/// Everything in here needs namespaces of its own; see the Makefile's `test`.
@Suite(.enabled(if: LabEnvironment.reason(missing: .lab) == nil, "\(LabEnvironment.reason(missing: .lab) ?? "")"))
enum LabTests {}
