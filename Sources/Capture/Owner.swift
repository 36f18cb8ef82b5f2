// SPDX-License-Identifier: Apache-2.0

/// Who has to act on what was found: in a capture, by a check or at the end of the decision tree.
public enum Owner: String, Sendable, Hashable, Codable {
  /// The people of the load balancer.
  case loadBalancer = "LB team"
  /// The people of what lies between it and here.
  case network
  /// The administrator of this host.
  case host
  /// The people of the application.
  case application
}
