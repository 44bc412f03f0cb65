import { z } from 'zod'

/** A UTC day that ends a calendar week. */
export const sunday = z.iso.date().refine((day) => new Date(day).getUTCDay() === 0, 'a Sunday')
