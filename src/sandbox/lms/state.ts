/** A group of users; knowledge-base materials are opened to groups. */
export interface Group {
  id: string;
  name: string;
  updatedAt: string;
}

/** A training programme. */
export interface Programme {
  id: string;
  title: string;
  mandatory: boolean;
  hours: number;
  updatedAt: string;
}

/** How far one user is in one programme. */
export interface Statistic {
  id: string;
  userId: string;
  programmeId: string;
  state: 'assigned' | 'started' | 'passed' | 'failed';
  /** 0–100. */
  score: number | null;
  completedAt: string | null;
  updatedAt: string;
}

/** One value for each user, indicator and period (YYYY-MM). */
export interface KpiValue {
  id: string;
  userId: string;
  indicator: string;
  period: string;
  value: number;
  updatedAt: string;
}

/** A file of a task. */
export interface Attachment {
  id: string;
  name: string;
  contentType: string;
  bytes: Buffer;
}

/** What a user handed in and somebody decides on. */
export interface Task {
  id: string;
  userId: string;
  kind: string;
  title: string;
  state: 'submitted' | 'accepted' | 'rejected';
  comment: string | null;
  submittedAt: string;
  updatedAt: string;
  attachments: Attachment[];
}

/** A knowledge-base document; `versions[0]` is version 1. */
export interface Material {
  id: string;
  title: string;
  versions: { contentType: string; bytes: Buffer }[];
  accessGroups: string[];
  updatedAt: string;
}

/** Everything in the LMS but the users. Plain lists: a demo or a test adds what it needs. */
export interface LmsState {
  groups: Group[];
  programmes: Programme[];
  statistics: Statistic[];
  kpi: KpiValue[];
  tasks: Task[];
  materials: Material[];
}

const groupNames = ['Продажи', 'Склад', 'Офис', 'Руководители'];
const programmeTitles = [
  'Охрана труда',
  'Пожарная безопасность',
  'Работа с кассой',
  'Продажи по телефону',
  'Управление командой',
];

/** The LMS as a client finds it on the first day: groups, programmes and one material, nobody's results. */
export function newState(now: Date): LmsState {
  const updatedAt = now.toISOString();
  const bytes = Buffer.from('# Добро пожаловать\n\nС чего начать в первый день.\n', 'utf8');
  return {
    groups: groupNames.map((name, index) => ({ id: `g_00${index + 1}`, name, updatedAt })),
    programmes: programmeTitles.map((title, index) => ({
      id: `p_00${index + 1}`,
      title,
      mandatory: index < 2,
      hours: 4 + index * 2,
      updatedAt,
    })),
    statistics: [],
    kpi: [],
    tasks: [],
    materials: [
      {
        id: 'm_001',
        title: 'Первый день',
        versions: [{ contentType: 'text/markdown', bytes }],
        accessGroups: ['g_001'],
        updatedAt,
      },
    ],
  };
}
