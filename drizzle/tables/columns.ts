import { customType, pgSchema, timestamp } from 'drizzle-orm/pg-core';

/** A moment, kept to the millisecond, which is what a JavaScript Date holds. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** An internet address. */
export const inetAddress = customType<{ data: string; driverData: string }>({ dataType: () => 'inet' });

/** A time of day, such as `22:30:00`, by no clock in particular. */
export const timeOfDay = customType<{ data: string; driverData: string }>({ dataType: () => 'time without time zone' });

/** Raw bytes. */
export const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** What all subgraphs share in the database: the scope functions and the role type. */
export const kithSchema = pgSchema('kith');
