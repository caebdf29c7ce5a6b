"""Small models that several tests share."""

from __future__ import annotations

LESIONS = """
model lesion(E)
  S = 100; R = 5; g = 0.1; k = 0.2; extinct = 1;
  S' = g*S - k*E*S;
  R' = 0.05*R - 0.03*k*E*R;
  at (S < extinct): S = 0;
  at (R < extinct): R = 0;
  C := S + R;
  share := S/(C + 1)*C/(C + 50);
end
model patient()
  A = 0; P = 0; E = 0.1; hazard = 0;
  CL = 0.2; V = 3.5; Q = 0.6; W = 2.8; lam = 0.004; K = 1.5;
  occupied := A/V/(A/V + 0.1);
  L1: lesion(E); L2: lesion(E); L3: lesion(E);
  L2.S = 40; L3.S = 0; L3.R = 0;
  A' = -(CL + Q)/V*A + Q/W*P;
  P' = Q/V*A - Q/W*P;
  E' = 0.3*occupied*(L1.share + L2.share + L3.share) - 0.05*E;
  burden := L1.C + L2.C + L3.C;
  hazard' = lam*(burden/100 + 1e-6)^0.4;
  seasonal := 1 + 0.1*sin(time/50);
end
"""
"""Three lesions (one empty), a drug in two compartments, extinction, a hazard with a power."""

MONITORS = ("hazard", "burden")
OUTPUTS = ("burden", "L1_C", "seasonal")
