import { passwordLengthMin } from './passwordLength.ts';

/** What a password must have at least. */
export interface PasswordFloor {
  /** 60 to 100. */
  readonly scoreMin: number;
  /** In characters. */
  readonly lengthMin: number;
}

/** What every password must have. Tenants may ask for more, and never for less. */
export const usualFloor: PasswordFloor = { scoreMin: 60, lengthMin: passwordLengthMin };

/** What a password must have to please all who ask: of each demand the strictest. */
export function strictestFloor(floors: readonly PasswordFloor[]): PasswordFloor {
  return {
    scoreMin: Math.max(usualFloor.scoreMin, ...floors.map(({ scoreMin }) => scoreMin)),
    lengthMin: Math.max(usualFloor.lengthMin, ...floors.map(({ lengthMin }) => lengthMin)),
  };
}
